import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {isCode, isErrorCode, type Code, type ErrorCode} from '../../foundation/errors/table.ts';
import {CHAIN_LINK_IDS, LINK_IDS, VERDICT_STATES} from '../events/links.ts';
import {nextStepSchema as nextStep} from '../events/next-step-schema.ts';
import {COST_KINDS} from '../events/standing.ts';

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** RFC 3339 on the wire, Unix ms here. */
const time = v.pipe(v.string(), v.isoTimestamp(), v.transform(Date.parse));
const maybe = v.nullable(text);

/** A code of another version is one that this version has no words for. */
const code = v.pipe(
  text,
  v.transform((word): Code => (isCode(word) ? word : 'BUG')),
);
const errorCode = v.pipe(
  text,
  v.transform((word): ErrorCode => (isCode(word) && isErrorCode(word) ? word : 'BUG')),
);

/** A list of which this version leaves out what it does not know. */
function known<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((items) =>
      items.flatMap((item): T[] => {
        const read = v.safeParse(schema, item);
        return read.success ? [read.output] : [];
      }),
    ),
  );
}

const link = v.object({
  id: v.picklist(CHAIN_LINK_IDS),
  state: v.picklist(CHECK_STATES),
  found: text,
  needed: v.exactOptional(text),
  next: v.nullable(nextStep),
  at: v.exactOptional(time),
});

export const costFields = {
  key: text,
  kind: v.picklist(COST_KINDS),
  code,
  severity: v.picklist(['warning', 'critical']),
  message: text,
  next: nextStep,
  since: time,
  step: count,
};
export const costEndFields = {
  key: text,
  kind: v.picklist(COST_KINDS),
  code,
  text,
  afterMs: v.number(),
};

const failure = v.nullable(v.object({code: errorCode, message: text, next: nextStep, since: time}));

const figures = v.object({
  endpoint: text,
  block: text,
  blockAt: time,
  registration: v.object({
    state: v.picklist(['registered', 'not_registered', 'deregistered', 'unknown']),
    flow: maybe,
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
      symbol: maybe,
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
        symbol: maybe,
        magnitude: text,
        pendingDiff: text,
        effectBlock: maybe,
      }),
    ),
  ),
  range: v.nullable(v.object({start: text, end: text, max: text, share: v.number()})),
  challenges: v.nullable(
    v.object({
      total: count,
      windowBlocks: text,
      open: v.array(v.object({index: count, createdBlock: text, deadlineBlock: text})),
      unanswered: v.array(count),
    }),
  ),
  penalties: v.nullable(v.array(v.object({id: text, kind: count, amountWei: text, executed: v.boolean()}))),
  rewards: v.nullable(
    v.object({
      claimer: maybe,
      claimed: v.array(v.object({token: text, symbol: maybe, decimals: v.nullable(count), amount: text})),
    }),
  ),
  gas: v.object({balanceWei: text, gasPriceWei: maybe, registrations: v.nullable(count)}),
});

export const standingFields = {
  readAt: v.nullable(time),
  failure,
  links: known(link),
  figures: v.nullable(figures),
  costs: known(v.object(costFields)),
};

export const standingReadFields = {
  readAt: v.nullable(time),
  block: v.nullable(v.object({number: text, blockAt: time})),
  failure,
};

const workerFacts = {
  workers: count,
  well: count,
  open: count,
  places: count,
  problem: v.nullable(v.object({code: text, message: text, next: nextStep})),
};
export const workersFields = {kinds: v.array(v.object({kind: text, ...workerFacts}))};
export const workerView = v.object({
  kind: text,
  facts: v.nullable(v.object({...workerFacts, at: time})),
  answer: v.nullable(v.object({at: time, ms: v.number()})),
});

export const verdictFields = {
  state: v.picklist(VERDICT_STATES),
  brokenLink: v.nullable(v.picklist(LINK_IDS)),
  found: maybe,
  next: v.nullable(nextStep),
};

const rate = v.object({
  received: count,
  accepted: count,
  selected: count,
  answered: count,
  p95Ms: v.nullable(v.number()),
});
export const rates = v.object({hour: rate, day: rate});
