import * as v from 'valibot';
import type {SignerReport} from './check.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, ms, next, schemaOf} from '../../cli/schema/parts.ts';

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
          id: v.picklist([
            'url',
            'connect',
            'tls',
            'upcheck',
            'health_status',
            'healthcheck',
            'eth_accounts',
            'eth_sign',
            'eth_signTypedData',
            'eth_signTransaction',
            'negative',
            'latency',
            'exposure',
          ]),
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
