import type {OpenChecks} from '../src/lib/features/run/open-checks.ts';
import {fixedChecks} from '../src/lib/node/operator/check-port.ts';

/** In the place of src/lib/features/run/open-checks.ts: no answer is checked. */
export function openChecks(): Promise<OpenChecks> {
  return Promise.resolve({
    list: fixedChecks([]),
    proofEngine: {judges: () => false, wordOf: () => Promise.reject(new Error('no worker is asked'))},
    takeOver: () => undefined,
  });
}
