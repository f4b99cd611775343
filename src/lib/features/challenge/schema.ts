import * as v from 'valibot';
import type {evidenceJson} from './evidence.ts';
import type {challengesJson} from './text.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hex, ms, schemaOf} from '../../cli/schema/parts.ts';

const challenge = v.object({
  index: count,
  clock_number: decimal,
  state: v.picklist(['open', 'answered', 'unanswered']),
  attestation_hash: hex,
  signature: hex,
  quorum_threshold_percentage: count,
  quorum_numbers: hex,
  created_block: count,
  created_tx: hex,
  deadline_block: v.nullable(count),
  blocks_left: v.nullable(count),
  ms_left: v.nullable(ms),
  answered_block: v.nullable(count),
  answered_tx: v.nullable(hex),
  final: v.boolean(),
});

const book = schemaOf<ReturnType<typeof challengesJson>>()(
  v.object({
    contract: address,
    chain_id: count,
    endpoint: v.string(),
    latest_block: count,
    window_blocks: v.nullable(count),
    ms_per_block: v.nullable(ms),
    count: v.nullable(count),
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
  job_id: v.string(),
  tag: v.string(),
  position: v.string(),
  matches: v.array(v.string()),
  state: v.string(),
  outcome: v.nullable(v.string()),
  dispatcher: v.nullable(v.string()),
  selected: v.nullable(v.boolean()),
  state_root: v.nullable(v.string()),
  readings: v.nullable(v.object({first: count, last: count, chain_holds: v.boolean()})),
  files: v.array(v.string()),
});
const file = v.object({name: v.string(), bytes: count, sha256: v.string(), what: v.string()});

export const challengeEvidence: ResultEntry = {
  summary:
    'aos challenge evidence: the files with their hashes; directory is null where nothing was gathered.',
  result: schemaOf<ReturnType<typeof evidenceJson>>()(
    v.union([
      v.object({clock_number: decimal, directory: v.null(), why: v.string()}),
      v.object({
        clock_number: decimal,
        directory: v.string(),
        manifest_sha256: v.string(),
        jobs: v.array(job),
        missing: v.array(v.string()),
        files: v.array(file),
      }),
    ]),
  ),
};
