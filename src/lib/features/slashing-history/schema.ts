import * as v from 'valibot';
import type {historyJson} from './table.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hash32, ms, schemaOf, time} from '../../cli/schema/parts.ts';

const source = v.picklist([
  'slashing',
  'zero-slash',
  'deregistration',
  'ejection',
  'quorum-removal',
  'set-changes',
  'avs-registration',
  'challenge',
  'avs-slasher',
  'penalty-ledger',
]);
const kind = v.picklist(['slash', 'penalty', 'ejection', 'registration', 'challenge', 'request']);
const rate = v.picklist(['at-block', 'now-rate']);

const row = v.object({
  time: v.nullable(time),
  block: decimal,
  tx: hash32,
  logIndex: count,
  source,
  kind,
  avs: v.nullable(address),
  operatorSet: v.nullable(count),
  strategy: v.nullable(address),
  wad: v.nullable(decimal),
  percent: v.nullable(v.string()),
  amount: v.nullable(decimal),
  symbol: v.nullable(v.string()),
  decimals: v.nullable(count),
  token: v.nullable(address),
  rate: v.nullable(rate),
  description: v.string(),
  state: v.picklist(['executed', 'recorded', 'not final']),
  executed: v.boolean(),
  cancelled: v.boolean(),
});

const covered = v.object({
  id: source,
  contract: address,
  covered: v.literal(true),
  fromBlock: decimal,
  toBlock: decimal,
});
const notCovered = v.object({
  id: source,
  contract: v.nullable(address),
  covered: v.literal(false),
  expected: v.pipe(v.boolean(), v.description('true: the AVS should have it, and it could not be read')),
  reason: v.string(),
});

export const slashingHistory: ResultEntry = {
  summary: 'aos slashing-history: rows, totals a token, and which blocks each source covers.',
  result: schemaOf<ReturnType<typeof historyJson>>()(
    v.object({
      operator: address,
      chainId: count,
      endpoint: v.string(),
      verdict: v.picklist(['clean', 'warned', 'slashed']),
      statement: v.string(),
      range: v.object({
        fromBlock: decimal,
        toBlock: decimal,
        fromTime: v.nullable(time),
        toTime: time,
        finalBlock: decimal,
      }),
      rows: v.array(row),
      totals: v.array(
        v.object({
          token: v.nullable(address),
          symbol: v.string(),
          decimals: count,
          executed: decimal,
          recorded: decimal,
          rate,
        }),
      ),
      sources: v.array(v.union([covered, notCovered])),
      requests: v.object({count, logs: count, blocksPerRequest: v.nullable(count), ms}),
    }),
  ),
};
