import {run, say} from '../../../foundation/next-step/next-step.ts';
import type {Hex} from 'viem';
import {ether} from '../../../foundation/text/amounts.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {chainTime} from '../../../foundation/time/time.ts';
import type {BlsFacts} from './bls-facts.ts';
import {
  pending,
  done,
  fail,
  ok,
  onceOperator,
  pause,
  REGISTRATION,
  unknown,
  warn,
  type Precondition,
} from '../precondition.ts';
import type {QuorumFacts} from './bls-quorums.ts';

export type BlsRequest = {
  operator: Hex;
  /** Null for all whose minimum stake is met. */
  quorums: readonly number[] | null;
  /** Id of the operator's own BLS key; null when it has none yet. */
  keyId: Hex | null;
  /** Chain time, unix seconds. */
  now: bigint;
};

/** Returns the quorums that the operator would join now: the wanted ones, or all that it may join, without its own. */
export function quorumsToJoin(facts: BlsFacts, wanted: readonly number[] | null): number[] {
  if (wanted === null && facts.status === 'registered') return [];
  const joinable = facts.quorums.filter((quorum) => isOpen(quorum, facts)).map(({number}) => number);
  const request = wanted === null ? joinable : [...new Set(wanted)].sort((a, b) => a - b);
  return request.filter((number) => !facts.registeredQuorums.includes(number));
}

/** Returns the preconditions of a registration at a registry coordinator. */
export function blsPreconditions(facts: BlsFacts, request: BlsRequest): Precondition[] {
  const joining = quorumsToJoin(facts, request.quorums);
  const registered = facts.status === 'registered';
  if (registered && joining.length === 0) return [registration(facts, joining), blsKey(facts, request)];
  return [
    registration(facts, joining),
    ...(registered ? [] : [reregistration(facts.canReregister)]),
    ...pause('registry-pause', facts.registryPaused, 'the registry'),
    // The registry calls the service manager only for operators in no quorum.
    ...(registered ? [] : pause('service-manager-pause', facts.managerPaused, 'the service manager')),
    ...ejection(facts, request.now),
    ...m2(facts, joining),
    quorumChoice(facts, request.quorums, joining),
    ...facts.quorums
      .filter(({number}) => !facts.registeredQuorums.includes(number))
      .flatMap((quorum) => quorumPreconditions(quorum, request.quorums)),
    blsKey(facts, request),
  ];
}

function registration({status, registeredQuorums}: BlsFacts, joining: readonly number[]): Precondition {
  const needed = joining.length === 0 ? 'registered' : `registered for the quorums ${joining.join(', ')}`;
  if (status === null) return unknown(REGISTRATION, 'the registry did not answer', needed);
  const current =
    status === 'registered' ? `registered for the quorums ${registeredQuorums.join(', ')}` : status;
  return status === 'registered' && joining.length === 0
    ? done(REGISTRATION, current, needed)
    : ok(REGISTRATION, current, needed);
}

/** Judges whether the address can register again: AOSServiceManager refuses listed addresses and never removes one. */
function reregistration(open: boolean | null): Precondition {
  const [id, needed] = ['reregistration', 'not on the service manager’s list'];
  if (open === null) return unknown(id, 'the list is too long for this RPC', needed);
  if (open) return ok(id, needed, needed);
  return fail(
    id,
    'on the list since an earlier registration',
    needed,
    say(
      'The service manager never accepts an address twice: use another operator address, or ask the AOS team.',
    ),
  );
}

function ejection({ejectedUntil}: BlsFacts, now: bigint): Precondition[] {
  const [id, needed] = ['ejection-cooldown', 'no cool-down after an ejection'];
  if (ejectedUntil === null || ejectedUntil <= now) return [ok(id, 'none', needed)];
  return [
    pending(id, `ejected, ${ejectedUntil - now} s to wait`, needed, {
      at: chainTime(ejectedUntil),
      block: null,
    }),
  ];
}

function m2({m2Disabled, m2Quorums}: BlsFacts, joining: readonly number[]): Precondition[] {
  const [id, needed] = ['m2-quorums', 'M2 quorums take registrations'];
  if (m2Disabled) return [fail(id, 'closed', needed, run('register', ['--flow', 'slashing-registry']))];
  if (m2Quorums === null) return [];
  const others = joining.filter((number) => !m2Quorums.includes(number));
  if (others.length === 0) return [ok(id, 'open', needed)];
  return [fail(id, `operator sets: ${others.join(', ')}`, needed, say('Leave them out with --quorums.'))];
}

function quorumChoice(
  facts: BlsFacts,
  wanted: readonly number[] | null,
  joining: readonly number[],
): Precondition {
  const [id, needed] = ['quorums', 'at least one quorum to join'];
  const absent = (wanted ?? []).filter((number) => !facts.quorums.some((quorum) => quorum.number === number));
  if (absent.length > 0)
    return fail(
      id,
      `no such quorum: ${absent.join(', ')}`,
      `0 to ${facts.quorums.length - 1}`,
      say('Correct --quorums.'),
    );
  if (joining.length === 0) {
    const none = fail(id, 'none', needed, say('Have stake delegated that a quorum counts.'));
    const couldJoin = facts.quorums.some(
      (quorum) =>
        isOpen({...quorum, weight: quorum.minimumStake}, facts) &&
        !facts.registeredQuorums.includes(quorum.number),
    );
    // Stake is delegated to operators alone; full quorums keep out every one of them.
    return couldJoin ? onceOperator(none) : none;
  }
  return ok(id, `joins ${joining.join(', ')}`, needed);
}

/** Judges a quorum; one that was not requested makes no failure. */
export function quorumPreconditions(quorum: QuorumFacts, wanted: readonly number[] | null): Precondition[] {
  const {number, minimumStake, weight, operators, maxOperators} = quorum;
  if (wanted !== null && !wanted.includes(number)) return [];
  const bad = wanted === null ? warn : fail;
  const [stakeId, seatsId] = [`quorum-${number}-stake`, `quorum-${number}-seats`];
  const stakeNeeded = minimumStake === null ? 'the minimum stake' : `≥ ${ether(minimumStake)}`;
  const seatsNeeded = maxOperators === null ? 'a free place' : `< ${maxOperators} operators`;
  const stake =
    minimumStake === null || weight === null
      ? unknown(stakeId, 'the stake registry did not answer', stakeNeeded)
      : weight >= minimumStake
        ? enoughStake(stakeId, weight, stakeNeeded)
        : onceOperator(
            bad(
              stakeId,
              ether(weight),
              stakeNeeded,
              say('Have more stake delegated, or leave the quorum out: --quorums'),
            ),
          );
  const seats =
    operators === null || maxOperators === null
      ? unknown(seatsId, 'the index registry did not answer', seatsNeeded)
      : operators < maxOperators
        ? ok(seatsId, `${operators} operators`, seatsNeeded)
        : bad(
            seatsId,
            `${operators} operators`,
            seatsNeeded,
            say('Ask the AVS for a churn approval, or wait for a free place.'),
          );
  return [stake, seats];
}

/** A quorum without a minimum takes an operator without stake, which then counts for nothing there. */
function enoughStake(id: string, weight: bigint, needed: string): Precondition {
  if (weight > 0n) return ok(id, ether(weight), needed);
  return warn(
    id,
    '0',
    `more than 0, and ${needed}`,
    say('Have stake delegated: it would be registered with weight 0.'),
  );
}

function isOpen(quorum: QuorumFacts, {m2Quorums}: BlsFacts): boolean {
  return hasPlaceFor(quorum) && (m2Quorums === null || m2Quorums.includes(quorum.number));
}

/** Whether a quorum takes an operator with this stake. */
export function hasPlaceFor({minimumStake, weight, operators, maxOperators}: QuorumFacts): boolean {
  if (minimumStake === null || weight === null || weight < minimumStake) return false;
  return operators === null || maxOperators === null || operators < maxOperators;
}

/** Judges the operator's BLS key against the one that is registered. */
export function blsKey(
  {keyId, wantedKeyOwner}: Pick<BlsFacts, 'keyId' | 'wantedKeyOwner'>,
  {keyId: own, operator}: Pick<BlsRequest, 'keyId' | 'operator'>,
): Precondition {
  const [id, needed] = ['bls-key', 'a BLS key of its own'];
  if (keyId !== null) {
    if (own === null || own.toLowerCase() === keyId.toLowerCase())
      return done(id, `registered as ${keyId}`, needed);
    return warn(
      id,
      `registered as ${keyId}, the key file has ${own}`,
      'the same key in the file',
      say('Set node.bls_key_file to the key that is registered; it cannot be changed on the chain.'),
    );
  }
  if (own === null) return fail(id, 'none', needed, run('keys bls create'));
  if (wantedKeyOwner !== null && !sameAddress(wantedKeyOwner, operator))
    return fail(id, `${own} is registered by ${wantedKeyOwner}`, needed, run('keys bls create'));
  return ok(id, `${own}, not registered yet`, needed);
}
