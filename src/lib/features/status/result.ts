import type {Liveness} from '../../node/liveness/liveness.ts';
import {chainTime, isoTime} from '../../foundation/time/time.ts';
import {type StatusFacts} from './facts.ts';
import {judge, type Link, type Verdict} from '../../node/events/links.ts';
import {earningJson, ratesOf} from './earning.ts';
import {transactionsPaid} from './gas.ts';
import type {ProbeSources} from '../../node/events/events.ts';
import {activityOf, idleOf, livenessOf, sourcesFrom} from './local-links.ts';
import {judgeLinks} from './verdict.ts';
import {numbersOf, shareOf} from '../../protocol/vrf/share.ts';
import {flatFact, mapFact, type Fact, type Unknown} from '../../foundation/fact.ts';

/** What `aos status` finds out, as its JSON has it; bigints become decimal strings. */
export type StatusResult = ReturnType<typeof statusResult>;

/** Outages shown, the newest. */
const MOST_OUTAGES = 20;

export function statusResult(facts: StatusFacts) {
  const links = judgeLinks(facts);
  const verdict: Verdict & {idle: boolean | null} = {...judge(links), idle: idleOf(facts)};
  const avs = flatFact(mapFact(facts.chain, (chain) => chain.avs));
  return {
    nodeId: facts.nodeId,
    network: facts.network,
    verdict,
    links: links.map(({at, ...link}: Link) => ({...link, at: timeOf(at ?? null)})),
    avs: avsJson(avs),
    stake: avs.state === 'unknown' ? [] : stakeJson(avs.value),
    sampling: samplingJson(facts),
    policy: policyJson(facts),
    jobs: jobsJson(facts),
    liveness: livenessJson(livenessOf(facts), sourcesFrom(facts)),
    signer: signerJson(facts.signer),
    ...earningJson(facts),
    gas: factJson(facts.chain, ({balanceWei, gasPriceWei}) => ({
      balanceWei,
      gasPriceWei,
      transactions: transactionsPaid(balanceWei, gasPriceWei),
    })),
    chain: factJson(facts.chain, ({endpoint, chainId, block, blockAt}) => ({
      endpoint,
      chainId,
      block,
      blockAt: isoTime(blockAt),
    })),
    proxies: (facts.proxies ?? []).map(({variable, place, peers}) => ({variable, place, peers: [...peers]})),
    alertsMutedUntil: timeOf(facts.mutedUntil ?? null),
    metricsUrl: facts.operator.state === 'known' ? (facts.operator.value?.view.metricsUrl ?? null) : null,
    operator: factJson(facts.operator, (running) =>
      running === null
        ? {running: false as const}
        : {running: true as const, pid: running.pid, host: running.host, version: running.version},
    ),
  };
}

/** What to do about it is said by the links. */
function unknownJson({state, reason}: Unknown) {
  return {state, reason};
}

function factJson<T, R extends object>(fact: Fact<T>, shape: (value: T) => R) {
  if (fact.state === 'unknown') return unknownJson(fact);
  return {state: 'known' as const, ...shape(fact.value), at: isoTime(fact.at)};
}

function signerJson(signer: StatusFacts['signer']) {
  if (signer.state === 'unknown') return unknownJson(signer);
  const at = isoTime(signer.at);
  if (signer.value.state === 'fail') return {...signer.value, at};
  const {state, host, accounts, signMs} = signer.value;
  return {state, host, accounts, signMs, at};
}

type Avs = Extract<StatusFacts['chain'], {state: 'known'}>['value']['avs'];

function avsJson(avs: Avs) {
  if (avs.state === 'unknown')
    return {
      state: 'unknown' as const,
      flow: null,
      operatorId: null,
      socket: null,
      quorums: [],
      reason: avs.reason,
    };
  const {flow, stake} = avs.value;
  return {
    state: stake.state,
    flow,
    operatorId: stake.operatorId,
    socket: stake.socket.state === 'known' ? stake.socket.value : null,
    quorums: stake.quorums.map(({maxOperators, strategies: _, ...quorum}) => ({
      ...quorum,
      maxOperators,
    })),
    reason: stake.state === 'unknown' ? 'the registry did not say' : null,
  };
}

function stakeJson({stake}: Extract<Avs, {state: 'known'}>['value']) {
  return stake.strategies.map(
    ({strategy, token, symbol, decimals, shares, amount, maxMagnitude, encumberedMagnitude}) => ({
      strategy,
      token,
      symbol,
      decimals,
      shares,
      amount,
      maxMagnitude,
      encumberedMagnitude,
      quorums: stake.quorums.flatMap(({number, strategies}) =>
        strategies
          .filter((counted) => counted.strategy.toLowerCase() === strategy.toLowerCase())
          .map(({multiplier}) => ({number, multiplier})),
      ),
    }),
  );
}

function samplingJson({chain, operator, row, rules, vrfPublicKey: key}: StatusFacts) {
  const dispatcherRow = row.state === 'known' ? (row.value?.range ?? null) : null;
  const running = operator.state === 'known' ? operator.value : null;
  const fact = flatFact(mapFact(chain, ({range}) => range));
  const seen = running?.view.range ?? null;
  if (fact.state === 'known') {
    const {start, end, max, contract} = fact.value;
    const numbers = numbersOf(max, rules.sortPrecision);
    const share = shareOf({start, end, numbers});
    return {
      state: 'known' as const,
      start,
      end,
      max,
      numbers,
      share,
      source: 'chain',
      contract,
      dispatcherRow,
      vrfPublicKey: key,
      at: isoTime(fact.at),
    };
  }
  if (seen === null) return {...unknownJson(fact), dispatcherRow, vrfPublicKey: key};
  const [start, end, max] = [BigInt(seen.start), BigInt(seen.end), BigInt(seen.max)];
  const numbers = numbersOf(max, seen.precision ?? rules.sortPrecision);
  const share = shareOf({start, end, numbers});
  const source = seen.source === 'chain' ? 'operator' : 'journal';
  return {
    state: 'known' as const,
    start,
    end,
    max,
    numbers,
    share,
    source,
    contract: null,
    dispatcherRow,
    vrfPublicKey: key,
    at: isoTime(seen.at),
  };
}

function policyJson({chain, rules, now}: StatusFacts) {
  const penalties = flatFact(mapFact(chain, (facts) => facts.penalties));
  const ledger = penalties.state === 'known' ? penalties.value : null;
  return {
    penaltyWei: ledger?.penaltyWei ?? rules.penaltyWei,
    penaltySource: ledger === null ? rules.source : `penalty ledger ${ledger.ledger}`,
    offlineGraceMs: rules.offlineGraceMs,
    offlineGraceSource: rules.source,
    moratorium: {
      ...moratorium(rules.networkStart, now),
      ledgerUntil: ledger === null ? null : chainTime(ledger.moratoriumUntil),
    },
  };
}

/**
 * Judges the moratorium, the network's first year without executed slashes (docs/protocol.md#network-figures). Only the
 * configuration names its start.
 */
function moratorium(networkStart: number | null, now: number) {
  if (networkStart === null) {
    const reason = 'policy.network_start is not configured';
    return {state: 'unknown' as const, until: null, source: null, reason};
  }
  const end = new Date(networkStart);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  const state = now < end.getTime() ? ('in_force' as const) : ('over' as const);
  return {state, until: end.toISOString(), source: 'policy.network_start', reason: null};
}

/** What comes in and what waits; the times of what was never seen are null. */
function jobsJson({journal, operator, now}: StatusFacts) {
  const running = operator.state === 'known' ? operator.value : null;
  if (journal.state === 'unknown' && running === null) return unknownJson(journal);
  const {lastReceivedAt, lastAcceptedAt, accepted, waiting, oldestOpenAt, refused} = activityOf(
    journal,
    running,
  );
  const work = running?.view.work ?? null;
  return {
    state: 'known' as const,
    lastReceivedAt: timeOf(lastReceivedAt),
    lastAcceptedAt: timeOf(lastAcceptedAt),
    accepted,
    waiting,
    oldestOpenAt: timeOf(oldestOpenAt),
    refused,
    usualGapMs: work?.usualGapMs ?? null,
    noJobAfterMs: work?.noJobAfterMs ?? null,
    rates: ratesOf({journal, operator}),
    at: isoTime(journal.state === 'known' ? journal.at : now),
  };
}

function livenessJson(fact: Fact<Liveness>, sources: ProbeSources | null) {
  return factJson(
    fact,
    ({lastProbeAt, sinceLastProbeMs, allowanceMs, allowanceLeftMs, probes, firstProbeAt, outages}) => ({
      lastProbeAt: timeOf(lastProbeAt),
      sinceLastProbeMs,
      allowanceMs,
      allowanceLeftMs,
      probes,
      firstProbeAt: timeOf(firstProbeAt),
      sources,
      outages: outages.slice(0, MOST_OUTAGES).map(({start, end, durationMs, cause, overAllowance}) => ({
        start: isoTime(start),
        end: timeOf(end),
        durationMs,
        cause,
        overAllowance,
      })),
    }),
  );
}

function timeOf(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}
