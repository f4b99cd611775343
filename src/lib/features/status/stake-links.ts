import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {ether, percent} from '../../foundation/text/amounts.ts';
import {LOW_REGISTRATIONS} from '../../node/standing/costs.ts';
import type {Allocation} from '../../peers/chain/allocations.ts';
import type {QuorumStake, RegistrationStatus} from '../../peers/chain/flows/registration-types.ts';
import {flowNamed} from '../../peers/chain/flows/list.ts';
import {flatFact, mapFact, unknown, type Fact} from '../../foundation/fact.ts';
import type {StatusFacts} from './facts.ts';
import {transactionsPaid} from './gas.ts';
import {fail, ok, pending, skipped, unclear, warn, type Judgement} from './link.ts';

/** All of an operator's stake in a strategy, as AllocationManager counts it. */
const WHOLE = 10n ** 18n;
/** A recorded weight differs a little from the present one all the time: tokens of staking gain value. Per mille. */
const DRIFT = 10n;

const UPDATE = (id: string): NextStep =>
  say(`Anyone may have it recorded: updateOperators(["${id}"]) on chain.contracts.registry.`);
const MORE = say('Have more stake delegated to this operator, or ask the AOS team about the minimum.');
const ALLOCATE = say('Allocate stake to the operator set with EigenLayer’s command line or app.');

/** Whether the stake counts: recorded, over the minimum of each quorum, and allocated where the AVS has operator sets. */
export function judgeStake({chain, nodeId}: StatusFacts): Judgement {
  const fact = flatFact(mapFact(chain, ({avs}) => avs));
  if (fact.state === 'unknown') return unclear(fact);
  const {
    at,
    value: {flow, stake},
  } = fact;
  const group = flowNamed(flow).words.group.one;
  if (stake.state === 'unknown') return unclear(unknown('the registry did not say'));
  if (stake.state !== 'registered') return skipped('not registered', at);
  const members = stake.quorums.filter(({member}) => member === true);
  const {changes, allocated} = allocationTexts(
    stake,
    flatFact(mapFact(chain, ({allocations}) => allocations)),
    members,
  );
  const low = members.find(isLow);
  if (low !== undefined) return fail(lowText(low, group), MORE, at);
  const none = members.find(isNothing);
  if (none !== undefined)
    return warn(`registered with weight 0 in ${group} ${none.number}: there it counts for nothing`, MORE, at);
  const waiting = members.find(isUnrecorded);
  if (waiting !== undefined)
    return pending([unrecordedText(waiting, group), ...changes].join('; '), UPDATE(nodeId), at);
  const unread = unreadOf(stake.quorums);
  if (unread !== undefined)
    return unclear(unknown(`the registry did not say how much counts in ${group} ${unread.number}`));
  const weights = members.flatMap((quorum) => weightText(quorum, group) ?? []);
  const found = [...weights, ...allocated.texts, ...changes].join('; ');
  // Weights say that the stake counts; without them its allocations do.
  if (weights.length > 0 || allocated.isAny) return ok(found, at);
  if (allocated.isRead && changes.length > 0) return pending(found, say('Wait for that block.'), at);
  if (allocated.isRead) return warn('no stake is allocated to its operator sets', ALLOCATE, at);
  return unclear(unknown('neither the registry nor the AllocationManager said how much counts'));
}

function isLow({weight, recorded, minimum}: QuorumStake): boolean {
  if (minimum === null) return false;
  return (recorded !== null && recorded < minimum) || (weight !== null && weight < minimum);
}

function lowText({number, weight, recorded, minimum}: QuorumStake, group: string): string {
  const isRecorded = recorded !== null && minimum !== null && recorded < minimum;
  const least = ether(minimum ?? 0n, 4);
  return isRecorded
    ? `the recorded weight ${ether(recorded, 4)} of ${group} ${number} is under its minimum ${least}`
    : `the weight fell to ${ether(weight ?? 0n, 4)}, under the minimum ${least} of ${group} ${number}: the next update of the registry removes this operator`;
}

/** No stake counts, whatever the minimum is. */
function isNothing({weight, recorded}: QuorumStake): boolean {
  return weight === 0n && (recorded === null || recorded === 0n);
}

/** A quorum that may have too little: its membership was not read, or its weight, which the registry has of another one. */
function unreadOf(quorums: readonly QuorumStake[]): QuorumStake | undefined {
  const hasWeight = ({weight, recorded}: QuorumStake): boolean => weight !== null || recorded !== null;
  const members = quorums.filter(({member}) => member === true);
  return quorums.find(
    (quorum) =>
      quorum.member === null ||
      (quorum.member && !hasWeight(quorum) && members.some((other) => hasWeight(other))),
  );
}

/** More was delegated than the registry counts. */
function isUnrecorded({weight, recorded}: QuorumStake): boolean {
  return weight !== null && recorded !== null && weight > recorded && differs(weight, recorded);
}

/** By more than what staking gains from day to day. */
function differs(a: bigint, b: bigint): boolean {
  const [less, more] = a < b ? [a, b] : [b, a];
  return (more - less) * 1_000n > more * DRIFT;
}

function unrecordedText({number, weight, recorded}: QuorumStake, group: string): string {
  return `weight ${ether(weight ?? 0n, 4)} in ${group} ${number}, of which ${ether(recorded ?? 0n, 4)} is recorded and counts`;
}

function weightText({number, weight, recorded}: QuorumStake, group: string): string | null {
  const counted = recorded ?? weight;
  if (counted === null) return null;
  const later =
    weight !== null && differs(weight, counted) ? `, ${ether(weight, 4)} from its next update on` : '';
  return `weight ${ether(counted, 4)} in ${group} ${number}${later}`;
}

type AllocationTexts = {
  /** What changes at a later block. */
  changes: string[];
  /** What is allocated now; `isRead`: the network has operator sets, and they were read. */
  allocated: {isRead: boolean; isAny: boolean; texts: string[]};
};

function allocationTexts(
  {strategies}: RegistrationStatus,
  fact: Fact<readonly Allocation[] | null>,
  members: readonly QuorumStake[],
): AllocationTexts {
  const allocations = fact.state === 'known' ? fact.value : null;
  if (allocations === null) return {changes: [], allocated: {isRead: false, isAny: false, texts: []}};
  const nameOf = (strategy: string): string =>
    strategies.find((one) => one.strategy.toLowerCase() === strategy.toLowerCase())?.symbol ?? strategy;
  const changes = allocations.flatMap(({set, strategy, pendingDiff, effectBlock}) =>
    effectBlock === null
      ? []
      : [
          `${pendingDiff > 0n ? '+' : '−'}${percent(pendingDiff < 0n ? -pendingDiff : pendingDiff, WHOLE)} of its ${nameOf(strategy)} in operator set ${set} from block ${effectBlock} on`,
        ],
  );
  const now = allocations.filter(({magnitude}) => magnitude > 0n);
  const isMember = (set: number): boolean => members.some(({number}) => number === set);
  return {
    changes,
    allocated: {
      isRead: true,
      isAny: now.some(({set}) => isMember(set)),
      texts: now.map(
        ({set, strategy, magnitude}) =>
          `${percent(magnitude, WHOLE)} of its ${nameOf(strategy)} allocated to operator set ${set}`,
      ),
    },
  };
}

/** Whether the node can pay for what it may have to send. */
export function judgeGas({chain}: StatusFacts): Judgement {
  if (chain.state === 'unknown') return unclear(chain);
  const {balanceWei, gasPriceWei} = chain.value;
  const paid = transactionsPaid(balanceWei, gasPriceWei);
  const held = `${ether(balanceWei, 6)} ETH`;
  if (paid === null) return unclear(unknown(`${held}; the RPC does not say the price of gas`));
  const found = `${held}, pays for about ${paid} registrations`;
  return paid < BigInt(LOW_REGISTRATIONS)
    ? warn(found, say('Send ETH to node_id.'), chain.at)
    : ok(found, chain.at);
}
