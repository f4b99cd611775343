import {expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import type {AnswerCheck} from '../../../../../src/lib/node/operator/check-port.ts';
import {watchReadiness} from '../../../../../src/lib/node/operator/job/check-readiness.ts';

/** A check of this name that is asked whether it is ready; `says` is what it finds, in order. */
function checkOf(name: AnswerCheck['name'], says: (AosError | null)[]): AnswerCheck {
  return {
    ...{name, kind: 'zkml', atOnce: 1, wants: () => true},
    check: () => Promise.reject(new Error('no answer is checked here')),
    ready: () => {
      const said = says.shift() ?? null;
      return said === null ? Promise.resolve() : Promise.reject(said);
    },
  };
}

const missing = (): AosError => new AosError('PROOF_ENGINE_MISSING', 'it is not there');

function world(list: readonly AnswerCheck[]) {
  let now = list;
  const said: string[] = [];
  const pauses: (() => void)[] = [];
  const {look} = watchReadiness({
    checks: {now: () => now},
    health: {
      failed: (part, error, use) =>
        void said.push(`${part} ${use ?? ''} ${error instanceof AosError ? error.code : ''}`),
      worked: (part, use) => void said.push(`${part} ${use ?? ''} works`),
    },
    time: {sleep: () => new Promise((resolve) => pauses.push(resolve))},
    random: () => 0.5,
    signal: new AbortController().signal,
  });
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    said,
    async look() {
      look();
      await settled();
    },
    async replace(next: readonly AnswerCheck[]) {
      now = next;
      look();
      await settled();
    },
    async pass() {
      pauses.shift()?.();
      await settled();
    },
  };
}

it('makes what a check lacks a problem when a run begins, and asks again until it has it', async () => {
  const all = world([checkOf('proof', [missing(), missing(), null])]);
  await all.look();
  expect(all.said).toEqual(['worker zkml proof PROOF_ENGINE_MISSING']);
  await all.pass();
  await all.pass();
  expect(all.said.slice(1)).toEqual(['worker zkml proof PROOF_ENGINE_MISSING', 'worker zkml proof works']);
});

it('asks the checks of a new configuration, and those that it replaced no more', async () => {
  const all = world([checkOf('proof', [missing(), missing()])]);
  await all.look();
  await all.replace([]);
  await all.pass();
  expect(all.said).toEqual(['worker zkml proof PROOF_ENGINE_MISSING', 'worker zkml proof works']);
});
