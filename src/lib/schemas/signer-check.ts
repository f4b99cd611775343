import * as v from 'valibot';
import {STEP_IDS} from '../signer/check/step.ts';
import type {SignerReport} from '../signer/checks.ts';
import type {ResultEntry} from './entry.ts';
import {address, count, ms, next, schemaOf} from './parts.ts';

export const signerCheck: ResultEntry = {
  summary: 'aos signer check: each step with what was asked, what came back and what it means.',
  result: schemaOf<SignerReport>()(
    v.object({
      verdict: v.picklist(['ok', 'warn', 'fail']),
      signer: v.nullable(v.string()),
      address,
      chainId: v.nullable(v.number()),
      accounts: v.nullable(v.array(address)),
      steps: v.array(
        v.object({
          id: v.picklist(STEP_IDS),
          state: v.picklist(['ok', 'warn', 'fail', 'skipped']),
          asked: v.string(),
          got: v.string(),
          means: v.string(),
          fix: next,
          ms,
        }),
      ),
      latency: v.nullable(v.object({p50: ms, p95: ms, n: count})),
    }),
  ),
};
