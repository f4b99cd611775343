import {expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {untilAbort} from '../../../../src/lib/foundation/async/abort.ts';
import {factWithin} from '../../../../src/lib/features/status/fact-within.ts';

const advice = say('Look at it.');
const within = (read: (signal: AbortSignal) => Promise<string>) =>
  factWithin({ms: 5, advice}, new AbortController().signal, read);

it.each<[string, (signal: AbortSignal) => Promise<string>]>([
  ['says nothing', () => new Promise(() => {})],
  [
    'ends with the limit',
    async (signal) => {
      await untilAbort(signal);
      signal.throwIfAborted();
      return '';
    },
  ],
])('a source that %s is unknown, with what to do', async (_what, read) => {
  expect(await within(read)).toMatchObject({
    state: 'unknown',
    reason: 'no answer within 0.005 s',
    next: advice,
  });
});

it('what a source waited for says more than the limit', async () => {
  const fact = await within(async (signal) => {
    await untilAbort(signal);
    throw new AosError('CHAIN_BUSY', 'it wants a pause', {next: say('Wait.')});
  });
  expect(fact).toMatchObject({reason: 'it wants a pause', next: say('Wait.')});
});
