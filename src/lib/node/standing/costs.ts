import {run, say} from '../../foundation/next-step/next-step.ts';
import {ether, percent} from '../../foundation/text/amounts.ts';
import {count} from '../../foundation/text/words.ts';
import {CHOICE_MS, type ChainCost, type StandingFigures} from '../events/standing.ts';
import {challengeCosts, DAY_MS} from './challenge-costs.ts';
import type {StandingMemory} from './memory.ts';
import type {StandingReading} from './reading.ts';

/** What one matter costs now, and what is to be remembered of it. */
export type Matter = {costs: readonly ChainCost[]; memory?: Partial<StandingMemory>};

/** All of an operator's stake: AllocationManager's magnitudes begin here and only fall. */
const WHOLE = 10n ** 18n;
/** A balance that pays for fewer registrations is low, until it pays for a fifth more: the price of gas moves. */
export const LOW_REGISTRATIONS = 10;
const ENOUGH_REGISTRATIONS = 12;

/**
 * Compares a reading of the chain with the ones before. What a reading does not say stays as it was: an RPC that does not
 * answer neither starts nor ends a cost. Pure.
 * @param at Unix ms
 */
export function costsAfter(before: StandingMemory, reading: StandingReading, at: number): StandingMemory {
  const matters = [
    challengeCosts(before, reading.figures, at),
    slashed(before, reading.figures, at),
    penalised(before, reading.figures, at),
    removed(before, reading.figures, at),
    lowStake(before, reading, at),
    lowGas(before, reading.figures, at),
    rangeChanged(before, reading.figures, at),
    otherSocket(before, reading, at),
  ];
  return Object.assign({...before}, ...matters.map(({memory}) => memory ?? {}), {
    costs: matters.flatMap(({costs}) => costs),
  }) as StandingMemory;
}

/** What was known of a kind of cost. */
export function kept({costs}: StandingMemory, kind: ChainCost['kind']): readonly ChainCost[] {
  return costs.filter((cost) => cost.kind === kind);
}

/** When a cost was first seen. */
export function sinceOf({costs}: StandingMemory, key: string, at: number): number {
  return costs.find((cost) => cost.key === key)?.since ?? at;
}

/** From what is known of every strategy, for a reading may lack one. */
function slashed(before: StandingMemory, {stake}: StandingFigures, at: number): Matter {
  const seen = stake.flatMap(({strategy, symbol, maxMagnitude}) =>
    maxMagnitude === null ? [] : [{key: strategy.toLowerCase(), symbol, left: BigInt(maxMagnitude)}],
  );
  if (seen.length === 0) return {costs: kept(before, 'slashed')};
  const less = seen.filter(({key, left}) => left < BigInt(before.magnitudes[key] ?? WHOLE)).length;
  const slashes = before.slashes + less;
  const magnitudes = {
    ...before.magnitudes,
    ...Object.fromEntries(seen.map(({key, left}) => [key, left.toString()])),
  };
  const symbols = {
    ...before.symbols,
    ...Object.fromEntries(seen.flatMap(({key, symbol}) => (symbol === null ? [] : [[key, symbol]]))),
  };
  const memory = {slashes, magnitudes, symbols};
  const cut = Object.entries(magnitudes).filter(([, left]) => BigInt(left) < WHOLE);
  if (cut.length === 0) return {costs: [], memory};
  const parts = cut.map(
    ([key, left]) => `${percent(WHOLE - BigInt(left), WHOLE)} of its ${symbols[key] ?? key}`,
  );
  return {
    memory,
    costs: [
      {
        key: 'slashed',
        kind: 'slashed',
        code: 'STAKE_SLASHED',
        severity: 'critical',
        message: `the stake was slashed: ${parts.join(', ')} is gone`,
        next: run('slashing-history'),
        since: sinceOf(before, 'slashed', at),
        step: Math.max(1, slashes),
      },
    ],
  };
}

/** The contract's numbers of the kinds of penalty. */
const PENALTIES = ['offline for too long', 'a wrong inference', 'a proof that does not verify'];

/** More than a reading has penalties, so that none in it is forgotten. */
const MOST_EXECUTED = 200;

function penalised(before: StandingMemory, {penalties}: StandingFigures, at: number): Matter {
  if (penalties === null) return {costs: kept(before, 'penalty')};
  const fresh = penalties.filter(({id}) => Number(id) > before.lastPenalty);
  const executed = penalties.filter((one) => one.executed).map(({id}) => id);
  const known = before.executedIds;
  const memory = {
    lastPenalty: Math.max(before.lastPenalty, ...penalties.map(({id}) => Number(id))),
    penalties: before.penalties + fresh.length,
    executed:
      known === null
        ? Math.max(before.executed, executed.length)
        : before.executed + executed.filter((id) => !known.includes(id)).length,
    executedIds: [...new Set([...(known ?? []), ...executed])].slice(-MOST_EXECUTED),
    openPenalties: [
      ...new Set([...before.openPenalties, ...penalties.filter((one) => !one.executed).map(({id}) => id)]),
    ]
      .filter((id) => !executed.includes(id))
      .slice(-MOST_EXECUTED),
  };
  const last = penalties.at(-1);
  // Only the newest of the ledger are read: those that were seen before may be beyond them.
  if (last === undefined) return {costs: kept(before, 'penalty'), memory};
  const why = PENALTIES[last.kind] ?? `kind ${last.kind}`;
  const others = `${count(memory.penalties, 'penalty is', 'penalties are')} recorded, ${memory.executed} executed`;
  return {
    memory,
    costs: [
      {
        key: 'penalty',
        kind: 'penalty',
        code: 'PENALTY_RECORDED',
        severity: 'critical',
        message: `${others}; the last, number ${last.id}, for ${why}: ${ether(BigInt(last.amountWei))} ETH`,
        next: run('slashing-history'),
        since: sinceOf(before, 'penalty', at),
        step: memory.penalties + memory.executed,
      },
    ],
  };
}

function removed(before: StandingMemory, {registration, quorums}: StandingFigures, at: number): Matter {
  const {state, flow, group} = registration;
  const earlier = before.member ?? [];
  if (state === 'unknown' || (state === 'registered' && quorums.some(({member}) => member === null)))
    return {costs: kept(before, 'removed')};
  const now = state === 'registered' ? quorums.filter(({member}) => member).map(({number}) => number) : [];
  const lost = earlier.filter((number) => !now.includes(number));
  if (lost.length === 0) return {costs: [], memory: now.length === 0 ? {} : {member: now}};
  const since = sinceOf(before, 'removed', at);
  // One that stays in another quorum may have left on purpose: after a day it counts as its choice.
  if (now.length > 0 && at - since >= CHOICE_MS) return {costs: [], memory: {member: now}};
  const how = 'it was removed, or has left';
  const message =
    now.length === 0
      ? `this operator is not registered with the AVS any more${flow === null ? '' : ` (${flow})`}: ${how}`
      : `this operator is not in ${group} ${lost.join(', ')} any more: ${how}`;
  return {
    memory: {member: [...new Set([...earlier, ...now])].sort((a, b) => a - b)},
    costs: [
      {
        key: 'removed',
        kind: 'removed',
        code: 'OPERATOR_REMOVED',
        severity: 'critical',
        message,
        next: run('slashing-history'),
        since,
        step: lost.length,
      },
    ],
  };
}

/** As the link of the stake judges it. */
function lowStake(before: StandingMemory, {links}: StandingReading, at: number): Matter {
  const link = links.find(({id}) => id === 'stake');
  if (link === undefined || link.state === 'unknown') return {costs: kept(before, 'stake')};
  // A pending change has not come yet: what was too little still is.
  if (link.state === 'pending') return {costs: kept(before, 'stake')};
  if (link.state !== 'fail' && link.state !== 'warn') return {costs: []};
  return {
    costs: [
      {
        key: 'stake',
        kind: 'stake',
        code: 'STAKE_LOW',
        severity: link.state === 'fail' ? 'critical' : 'warning',
        message: link.found,
        next: link.next ?? run('status'),
        since: sinceOf(before, 'stake', at),
        step: link.state === 'fail' ? 2 : 1,
      },
    ],
  };
}

/** A registered operator that others are sent elsewhere for: the link of the registration warns of nothing else. */
function otherSocket(before: StandingMemory, {links}: StandingReading, at: number): Matter {
  const link = links.find(({id}) => id === 'avs_registered');
  if (link === undefined || link.state === 'unknown') return {costs: kept(before, 'socket')};
  if (link.state !== 'warn') return {costs: []};
  return {
    costs: [
      {
        key: 'socket',
        kind: 'socket',
        code: 'SOCKET_DIFFERS',
        severity: 'warning',
        message: link.found,
        next: link.next ?? run('register'),
        since: sinceOf(before, 'socket', at),
        step: 1,
      },
    ],
  };
}

function lowGas(before: StandingMemory, {gas}: StandingFigures, at: number): Matter {
  const {registrations, balanceWei} = gas;
  if (registrations === null) return {costs: kept(before, 'gas')};
  const limit = kept(before, 'gas').length > 0 ? ENOUGH_REGISTRATIONS : LOW_REGISTRATIONS;
  if (registrations >= limit) return {costs: []};
  const pays = registrations === 0 ? 'not even one registration' : count(registrations, 'registration');
  return {
    costs: [
      {
        key: 'gas',
        kind: 'gas',
        code: 'GAS_LOW',
        severity: registrations === 0 ? 'critical' : 'warning',
        message: `the balance of ${ether(BigInt(balanceWei), 6)} ETH pays for ${pays} at the present price of gas`,
        next: say('Send ETH to node_id.'),
        since: sinceOf(before, 'gas', at),
        step: registrations === 0 ? 2 : 1,
      },
    ],
  };
}

function rangeChanged(before: StandingMemory, {range}: StandingFigures, at: number): Matter {
  if (range === null) return {costs: kept(before, 'range')};
  const {start, end} = range;
  const old = before.range;
  const memory = {range: {start, end}};
  if (old === null || (old.start === start && old.end === end))
    return {costs: kept(before, 'range').filter(({since}) => at - since < DAY_MS), memory};
  // A range that is set for the first time is what registering is for.
  if (BigInt(old.end) <= BigInt(old.start)) return {costs: [], memory};
  const isEmpty = BigInt(end) <= BigInt(start);
  const now = isEmpty ? 'empty now, so no job is selected' : `${start}–${end} now`;
  const ranges = before.ranges + 1;
  return {
    memory: {...memory, ranges},
    costs: [
      {
        key: 'range',
        kind: 'range',
        code: 'RANGE_CHANGED',
        severity: isEmpty ? 'critical' : 'warning',
        message: `the sampling range is ${now}; it was ${old.start}–${old.end}`,
        next: run('status'),
        since: at,
        step: ranges,
      },
    ],
  };
}
