import {CHECK_STATES} from '../../foundation/check/check.ts';
import * as v from 'valibot';
import {LINK_IDS} from '../../node/events/links.ts';
import {COST_KINDS} from '../../node/events/standing.ts';
import {ofThisMachine, rates} from './parts-schema.ts';
import {FLOW_NAMES} from '../../peers/chain/flows/list.ts';
import type {StatusResult} from './result.ts';
import type {ResultEntry, StreamEntry} from '../../cli/schema/entry.ts';
import {
  address,
  code,
  count,
  decimal,
  errorCode,
  hash32,
  ms,
  next,
  schemaOf,
  time,
  warning,
} from '../../cli/schema/parts.ts';

const unknown = v.object({state: v.literal('unknown'), reason: v.string()});
const known = v.literal('known');
const linkId = v.picklist(LINK_IDS);
const maybe = v.nullable(decimal);
const text = v.nullable(v.string());

const quorum = v.object({
  number: count,
  member: v.nullable(v.boolean()),
  weight: maybe,
  recorded: maybe,
  total: maybe,
  minimum: maybe,
  operators: v.nullable(count),
  maxOperators: v.nullable(count),
  slashableUntil: v.exactOptional(
    v.pipe(decimal, v.description('a set that was left can slash the operator until this block')),
  ),
});

const avs = v.union([
  v.object({
    state: v.literal('unknown'),
    flow: v.null(),
    operatorId: v.null(),
    socket: v.null(),
    quorums: v.array(v.never()),
    reason: v.string(),
  }),
  v.object({
    state: v.picklist(['registered', 'not_registered', 'deregistered', 'unknown']),
    flow: v.picklist(FLOW_NAMES),
    operatorId: v.nullable(hash32),
    socket: text,
    quorums: v.array(quorum),
    reason: text,
  }),
]);

const strategy = v.object({
  strategy: address,
  token: v.nullable(address),
  symbol: text,
  decimals: v.nullable(count),
  shares: maybe,
  amount: maybe,
  maxMagnitude: maybe,
  encumberedMagnitude: maybe,
  quorums: v.array(v.object({number: count, multiplier: maybe})),
});

const dispatcherRow = v.pipe(
  v.nullable(v.object({start: decimal, end: decimal})),
  v.description('the range in the dispatcher’s row; the chain decides'),
);

const sampling = v.union([
  v.object({...unknown.entries, dispatcherRow, vrfPublicKey: text}),
  v.object({
    state: known,
    start: decimal,
    end: decimal,
    max: v.pipe(decimal, v.description('MAX_RANGE of the range contract')),
    numbers: v.pipe(
      decimal,
      v.description('how many numbers a job can get: max, or 16^vrf_sort_precision where that is less'),
    ),
    share: v.pipe(
      v.number(),
      v.description(
        'the part of all untagged jobs that is selected, 0 to 1: the size of the range of numbers',
      ),
    ),
    source: v.string(),
    contract: text,
    dispatcherRow,
    vrfPublicKey: text,
    at: time,
  }),
]);

const policy = v.object({
  penaltyWei: decimal,
  penaltySource: v.string(),
  offlineGraceMs: ms,
  offlineGraceSource: v.string(),
  moratorium: v.union([
    v.object({
      state: v.literal('unknown'),
      until: v.null(),
      source: v.null(),
      reason: v.string(),
      ledgerUntil: v.nullable(time),
    }),
    v.object({
      state: v.picklist(['in_force', 'over']),
      until: time,
      source: v.string(),
      reason: v.null(),
      ledgerUntil: v.nullable(time),
    }),
  ]),
});

const outage = v.object({
  start: time,
  end: v.nullable(time),
  durationMs: ms,
  cause: v.picklist(['process-down', 'network-down', 'not-probed']),
  overAllowance: v.boolean(),
});
const liveness = v.union([
  unknown,
  v.object({
    state: known,
    lastProbeAt: v.nullable(time),
    sinceLastProbeMs: v.nullable(ms),
    allowanceMs: ms,
    allowanceLeftMs: v.nullable(v.number()),
    probes: count,
    firstProbeAt: v.nullable(time),
    sources: v.nullable(
      v.pipe(
        v.object({count, last: v.string()}),
        v.description('the addresses that asked over HTTP in the last hour, and the last of them'),
      ),
    ),
    outages: v.array(outage),
    at: time,
  }),
]);

const jobs = v.union([
  unknown,
  v.object({
    state: known,
    lastReceivedAt: v.nullable(time),
    lastAcceptedAt: v.nullable(time),
    accepted: count,
    waiting: v.pipe(count, v.description('not accepted yet')),
    oldestOpenAt: v.pipe(v.nullable(time), v.description('when the oldest of them came')),
    refused: v.pipe(count, v.description('messages that could not be taken: aos job refused')),
    usualGapMs: v.pipe(v.nullable(ms), v.description('median time between two jobs of the last 7 days')),
    noJobAfterMs: v.pipe(v.nullable(ms), v.description('so long without a job is a problem')),
    rates: v.pipe(
      v.nullable(rates),
      v.description('what became of the jobs that came in the last hour and day'),
    ),
    at: time,
  }),
]);

const signer = v.union([
  unknown,
  v.object({
    state: v.literal('fail'),
    host: v.string(),
    code: errorCode,
    message: v.string(),
    next: v.string(),
    at: time,
  }),
  v.object({state: v.literal('ok'), host: v.string(), accounts: count, signMs: ms, at: time}),
]);

const part = <T extends v.GenericSchema>(value: T) =>
  v.union([
    unknown,
    v.object({
      state: known,
      value: v.pipe(v.nullable(value), v.description('null: the network has no such contract')),
      at: time,
    }),
  ]);
const allocations = part(
  v.array(
    v.object({
      set: count,
      strategy: address,
      symbol: text,
      magnitude: v.pipe(decimal, v.description('of 10^18')),
      pendingDiff: v.pipe(decimal, v.description('what it changes by at effectBlock')),
      effectBlock: maybe,
    }),
  ),
);
const rewards = part(
  v.object({
    claimer: v.pipe(v.nullable(address), v.description('null: the operator itself')),
    claimed: v.array(v.object({token: address, symbol: text, decimals: v.nullable(count), amount: decimal})),
    claimable: v.pipe(v.null(), v.description('not known, needs EigenLayer’s sidecar')),
  }),
);
const costs = v.pipe(
  v.array(
    v.object({
      key: v.string(),
      kind: v.picklist(COST_KINDS),
      code,
      severity: v.picklist(['warning', 'critical']),
      message: v.string(),
      since: time,
    }),
  ),
  v.description('what the running operator saw to cost something on chain'),
);

const gas = v.union([
  unknown,
  v.object({state: known, balanceWei: decimal, gasPriceWei: maybe, transactions: maybe, at: time}),
]);
const chain = v.union([
  unknown,
  v.object({state: known, endpoint: v.string(), chainId: count, block: decimal, blockAt: time, at: time}),
]);
const operator = v.union([
  unknown,
  v.object({state: known, running: v.literal(false), at: time}),
  v.object({
    state: known,
    running: v.literal(true),
    pid: count,
    host: v.string(),
    version: v.string(),
    at: time,
  }),
]);

const result = v.object({
  nodeId: address,
  network: v.string(),
  verdict: v.object({
    state: v.picklist(['earning', 'not_earning', 'degraded', 'unknown']),
    brokenLink: v.nullable(linkId),
    next,
    idle: v.nullable(v.boolean()),
  }),
  links: v.array(
    v.object({
      id: linkId,
      state: v.picklist(CHECK_STATES),
      found: v.string(),
      needed: v.exactOptional(v.string()),
      next,
      at: v.nullable(time),
    }),
  ),
  avs,
  stake: v.array(strategy),
  sampling,
  policy,
  jobs,
  liveness,
  signer,
  allocations,
  rewards,
  costs,
  gas,
  chain,
  ...ofThisMachine,
  operator,
});

export const status: ResultEntry = {
  summary: 'aos status: the verdict, each link with what was found, and the facts behind them.',
  result: schemaOf<StatusResult>()(result),
};

export const statusWatch: StreamEntry = {
  summary: 'aos status --watch: the same result again and again.',
  lines: {
    status: v.object({
      exitCode: v.picklist([0, 3, 4]),
      result,
      warnings: v.array(warning),
    }),
  },
};
