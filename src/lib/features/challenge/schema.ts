import * as v from 'valibot';
import type {evidenceJson} from './evidence.ts';
import type {challengesJson} from './text.ts';
import {engineFacts} from '../../cli/schema/engine.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hash32, hex, ms, schemaOf} from '../../cli/schema/parts.ts';

const challenge = v.object({
  index: count,
  clockNumber: decimal,
  state: v.picklist(['open', 'answered', 'unanswered']),
  attestationHash: hex,
  signature: hex,
  quorumThresholdPercentage: count,
  quorumNumbers: hex,
  createdBlock: decimal,
  createdTx: hex,
  deadlineBlock: v.nullable(decimal),
  blocksLeft: v.nullable(count),
  msLeft: v.nullable(ms),
  answeredBlock: v.nullable(decimal),
  answeredTx: v.nullable(hex),
  final: v.boolean(),
});

const book = schemaOf<ReturnType<typeof challengesJson>>()(
  v.object({
    contract: address,
    chainId: count,
    endpoint: v.string(),
    latestBlock: decimal,
    windowBlocks: v.nullable(count),
    msPerBlock: v.nullable(ms),
    count: v.nullable(count),
    unreadable: v.pipe(v.array(hash32), v.description('transactions with an event that cannot be decoded')),
    open: count,
    challenges: v.array(challenge),
  }),
);

export const challengeList: ResultEntry = {
  summary: 'aos challenge list: the challenges of the AVS up to the latest block.',
  result: book,
};
export const challengeShow: ResultEntry = {
  summary: 'aos challenge show: the same with one challenge.',
  result: book,
};

const job = v.object({
  seq: count,
  jobId: v.string(),
  tag: v.string(),
  position: v.string(),
  matches: v.array(v.string()),
  state: v.string(),
  outcome: v.nullable(v.string()),
  dispatcher: v.nullable(v.string()),
  selected: v.nullable(v.boolean()),
  stateRoot: v.nullable(v.string()),
  engine: v.pipe(
    v.nullable(engineFacts),
    v.description('that gave the last answer; null: the network’s worker did, or none answered'),
  ),
  readings: v.nullable(v.object({first: count, last: count, chainValid: v.boolean()})),
  files: v.array(v.string()),
});
const file = v.object({name: v.string(), bytes: count, sha256: v.string(), what: v.string()});

export const challengeEvidence: ResultEntry = {
  summary:
    'aos challenge evidence: the files with their hashes; directory is null where nothing was gathered.',
  result: schemaOf<ReturnType<typeof evidenceJson>>()(
    v.union([
      v.object({clockNumber: decimal, directory: v.null(), why: v.string()}),
      v.object({
        clockNumber: decimal,
        directory: v.string(),
        manifestSha256: v.string(),
        jobs: v.array(job),
        missing: v.array(v.string()),
        files: v.array(file),
      }),
    ]),
  ),
};
