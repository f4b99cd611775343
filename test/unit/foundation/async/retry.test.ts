import {describe, expect, it} from 'vitest';
import {retry, type RetryOptions} from '../../../../src/lib/foundation/async/retry.ts';
import {settled, virtualTime, type VirtualTime} from '../../../support/virtual-time.ts';

const PASSING = new Error('may pass');
const FINAL = new Error('final');

/** Work that fails with these, one a try, then succeeds; pauses of 10, 20, 30 ms … */
function stage(failures: readonly Error[], options: Partial<RetryOptions> = {}) {
  const time: VirtualTime = virtualTime();
  const tries: {attempt: number; at: number}[] = [];
  const reported: unknown[] = [];
  let pause = 0;
  const result = retry(
    (attempt) => {
      tries.push({attempt, at: time.monotonic()});
      const failure = failures[attempt - 1];
      return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
    },
    {
      time,
      signal: new AbortController().signal,
      backoff: {next: () => (pause += 10)},
      mayPass: (error) => error === PASSING,
      onRetry: (error) => reported.push(error),
      ...options,
    },
  );
  result.catch(() => undefined); // looked at below
  return {time, tries, reported, result};
}

describe('retry', () => {
  it('tries at once, then after each pause, until it succeeds', async () => {
    const {time, tries, reported, result} = stage([PASSING, PASSING]);
    expect(tries).toHaveLength(1);
    await time.advance(29);
    expect(tries).toHaveLength(2);
    await time.advance(1);
    expect(await result).toBe('done');
    expect(tries).toEqual([
      {attempt: 1, at: 0},
      {attempt: 2, at: 10},
      {attempt: 3, at: 30},
    ]);
    expect(reported).toEqual([PASSING, PASSING]);
  });

  it.each([
    {name: 'a failure that does not pass', failures: [PASSING, FINAL], options: {}, thrown: FINAL, tries: 2},
    {name: 'the last try', failures: [PASSING, PASSING], options: {attempts: 2}, thrown: PASSING, tries: 2},
    {name: 'the only try', failures: [PASSING], options: {attempts: 1}, thrown: PASSING, tries: 1},
  ])(
    'throws the failure of $name, which is not reported as a retry',
    async ({failures, options, ...rest}) => {
      const {time, tries, reported, result} = stage(failures, options);
      await time.advance(1_000);
      await expect(result).rejects.toBe(rest.thrown);
      expect([tries.length, reported.length, time.timers()]).toEqual([rest.tries, rest.tries - 1, 0]);
    },
  );

  it('ends in a pause with the reason of an abort', async () => {
    const end = new AbortController();
    const {time, tries, result} = stage([PASSING], {signal: end.signal});
    await settled();
    end.abort(new Error('the reason'));
    await expect(result).rejects.toThrow('the reason');
    expect([tries.length, time.timers()]).toEqual([1, 0]);
  });
});
