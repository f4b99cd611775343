import {describe, expect, it} from 'vitest';
import {untilStopped} from '../../../src/lib/cli/signals.ts';
import {AosError, stoppedBy} from '../../../src/lib/foundation/errors/error.ts';

/** Fails as `failure` says once the limit of the command has passed. */
const failsAtTheEnd =
  (failure: (reason: Error) => Error) =>
  (stop: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      stop.addEventListener('abort', () => {
        reject(failure(stop.reason as Error));
      });
    });

const ended = (failure: (reason: Error) => Error): Promise<unknown> =>
  untilStopped(failsAtTheEnd(failure), 1).catch((error: unknown) => error);

describe('the limit of a command', () => {
  it.each<[string, (reason: Error) => Error]>([
    ['its own reason', (reason) => reason],
    ['a request that was ended', () => Object.assign(new Error('ended'), {name: 'AbortError'})],
    ['an error of it', (reason) => new Error('the read failed', {cause: reason})],
    [
      'a socket that was closed',
      () => Object.assign(new Error('reset'), {code: 'ECONNRESET', syscall: 'read'}),
    ],
    ['an RPC without an answer', () => new AosError('CHAIN_UNREACHABLE', 'host did not answer in time')],
    ['an RPC that is busy', () => new AosError('CHAIN_BUSY', 'host allows no more requests now')],
    ['a wait that was ended', (reason) => stoppedBy(reason)],
  ])('is the error of the command after %s', async (_what, failure) => {
    expect(await ended(failure)).toMatchObject({code: 'COMMAND_TIMEOUT', exitCode: 75});
  });

  it('says what was waited for, with its next step', async () => {
    const waited = new AosError('CHAIN_BUSY', 'rpc.example.org allows no more requests now');
    const error = await ended(() => waited);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^not done within .*: rpc\.example\.org allows no more/) as string,
      next: waited.next,
    });
  });

  it('names the transaction that was sent', async () => {
    const details = {txHash: '0x01'};
    const error = await ended((reason) => stoppedBy(reason, 'stopped waiting for 0x01', {details}));
    expect(error).toMatchObject({code: 'COMMAND_TIMEOUT', details});
  });

  it.each([
    new AosError('KEY_MISSING', 'there is no such file'),
    new AosError('CHAIN_REVERTED', 'the registry refuses it'),
    new AosError('CHAIN_REFUSED', 'the key in the URL is refused'),
    new AosError('CHAIN_WRONG_ID', 'it serves another chain'),
    new AosError('TX_REVERTED', 'it failed in its block', {details: {txHash: '0x01'}}),
    new AosError('JOURNAL_WRITE_FAILED', 'the disk is full'),
    new TypeError('undefined is not a function'),
  ])('is not the error of a command that fails with $name $code', async (failure) => {
    expect(await ended(() => failure)).toBe(failure);
  });

  it('is no error of a command that ends before it, nor of one that fails before it', async () => {
    await expect(untilStopped(() => Promise.resolve(7), 60_000)).resolves.toBe(7);
    const failure = new AosError('CHAIN_UNREACHABLE', 'nothing listens there');
    await expect(untilStopped(() => Promise.reject(failure), 60_000)).rejects.toBe(failure);
  });
});
