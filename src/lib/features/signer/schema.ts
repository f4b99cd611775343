import * as v from 'valibot';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import {STEP_IDS} from './step-ids.ts';
import type {SignersReport} from './check-line.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, ms, next, schemaOf} from '../../cli/schema/parts.ts';

const reportOf = {
  verdict: v.picklist(['ok', 'warn', 'fail']),
  signer: v.nullable(v.string()),
  address,
  chainId: v.nullable(v.number()),
  accounts: v.nullable(v.array(address)),
  steps: v.array(
    v.object({
      id: v.picklist(STEP_IDS),
      state: v.picklist(CHECK_STATES),
      asked: v.string(),
      found: v.string(),
      means: v.string(),
      next,
      because: v.pipe(
        v.nullable(v.picklist(STEP_IDS)),
        v.description('of a skipped step: the one in its way'),
      ),
      ms,
    }),
  ),
  latency: v.nullable(v.object({p50: ms, p95: ms, n: count})),
};

export const signerCheck: ResultEntry = {
  summary: 'aos signer check: each step with what was asked, what came back and what it means.',
  result: schemaOf<SignersReport>()(
    v.object({
      ...reportOf,
      standby: v.pipe(
        v.array(v.object(reportOf)),
        v.description(
          'the signers of node.signer_urls, in their order; their failures are warnings of the whole',
        ),
      ),
    }),
  ),
};
