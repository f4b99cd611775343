import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {code, count, decimal, errorCode, ms, next as maybeNext, time} from '../../cli/schema/parts.ts';
import {CHAIN_LINK_IDS, LINK_IDS, VERDICT_STATES} from '../../node/events/links.ts';
import {COST_KINDS} from '../../node/events/standing.ts';

const text = v.string();
const maybe = v.nullable(decimal);
const maybeText = v.nullable(text);
const next = v.pipe(text, v.description('the one next thing to type or do'));
const magnitude = v.pipe(decimal, v.description('of 10^18'));

const link = v.object({
  id: v.picklist(CHAIN_LINK_IDS),
  state: v.picklist(CHECK_STATES),
  found: text,
  needed: v.exactOptional(text),
  next: maybeNext,
  at: v.exactOptional(time),
});

const cost = {
  key: v.pipe(text, v.description('the same as long as it is the same matter')),
  kind: v.picklist(COST_KINDS),
  code,
  severity: v.picklist(['warning', 'critical']),
  message: text,
  next,
  since: time,
  step: v.pipe(count, v.description('rises when it gets worse')),
};

const failure = v.pipe(
  v.nullable(v.object({code: errorCode, message: text, next, since: time})),
  v.description('why the last try failed; null: it was read'),
);
const readAt = v.pipe(v.nullable(time), v.description('the last good reading'));

const figures = v.object({
  endpoint: text,
  block: decimal,
  blockAt: time,
  registration: v.object({
    state: v.picklist(['registered', 'not_registered', 'deregistered', 'unknown']),
    flow: maybeText,
    group: text,
  }),
  quorums: v.array(
    v.object({
      number: count,
      member: v.nullable(v.boolean()),
      weight: maybe,
      recorded: maybe,
      minimum: maybe,
    }),
  ),
  stake: v.array(
    v.object({
      strategy: text,
      symbol: maybeText,
      decimals: v.nullable(count),
      amount: maybe,
      maxMagnitude: maybe,
      allocatedMagnitude: maybe,
    }),
  ),
  allocations: v.nullable(
    v.array(
      v.object({
        set: count,
        strategy: text,
        symbol: maybeText,
        magnitude,
        pendingDiff: v.pipe(decimal, v.description('what it changes by at effectBlock')),
        effectBlock: maybe,
      }),
    ),
  ),
  range: v.nullable(v.object({start: decimal, end: decimal, max: decimal, share: v.number()})),
  challenges: v.nullable(
    v.object({
      total: count,
      windowBlocks: decimal,
      open: v.array(v.object({index: count, createdBlock: decimal, deadlineBlock: decimal})),
      unanswered: v.array(count),
    }),
  ),
  penalties: v.nullable(
    v.array(v.object({id: decimal, kind: count, amountWei: decimal, executed: v.boolean()})),
  ),
  rewards: v.nullable(
    v.object({
      claimer: v.pipe(maybeText, v.description('null: the operator itself')),
      claimed: v.array(
        v.object({token: text, symbol: maybeText, decimals: v.nullable(count), amount: decimal}),
      ),
    }),
  ),
  gas: v.object({balanceWei: decimal, gasPriceWei: maybe, registrations: v.nullable(count)}),
});

/** The lines of `aos run --json` about what the chain says of this operator, its workers, and whether it earns. */
export const standingLines = {
  standing: v.object({
    readAt,
    failure,
    links: v.array(link),
    figures: v.nullable(figures),
    costs: v.array(v.object(cost)),
  }),
  standing_read: v.object({
    readAt,
    block: v.nullable(v.object({number: decimal, blockAt: time})),
    failure,
  }),
  chain_cost: v.object(cost),
  chain_cost_ended: v.object({
    key: text,
    kind: v.picklist(COST_KINDS),
    code,
    text,
    afterMs: ms,
  }),
  workers: v.object({
    kinds: v.array(
      v.object({
        kind: text,
        workers: count,
        well: v.pipe(count, v.description('those of which no problem is known')),
        open: count,
        places: count,
        problem: v.nullable(v.object({code: text, message: text, next})),
      }),
    ),
  }),
  verdict: v.object({
    state: v.picklist(VERDICT_STATES),
    brokenLink: v.nullable(v.picklist(LINK_IDS)),
    found: maybeText,
    next: maybeNext,
  }),
};
