import {setMaxListeners} from 'node:events';
import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createSigning} from '../../../../src/lib/node/operator/signing.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

type Call = {message: number; resolve: (signature: string) => void; reject: (error: Error) => void};

function stage() {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const calls: Call[] = [];
  const signing = createSigning(
    {
      address: '0x',
      sign: (message) =>
        new Promise((resolve, reject) => calls.push({message: message[0] ?? -1, resolve, reject})),
    },
    {time, random: () => 0.5, health: createHealth((event) => events.push(event), time)},
  );
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const sign = (message: number) => signing.sign(Uint8Array.of(message), stop.signal);
  return {time, events, calls, sign, signing, stop};
}

const down = new AosError('SIGNER_UNREACHABLE', 'down');

describe('signing', () => {
  it('asks 24 times at once, the rest in order', async () => {
    const {calls, sign} = stage();
    const signed = Array.from({length: 40}, (_, n) => sign(n));
    await settled();
    expect(calls).toHaveLength(24);
    for (let n = 0; n < 40; n += 1) {
      calls[n]?.resolve(`s${n}`);
      await settled(1);
    }
    expect(calls.map(({message}) => message)).toEqual(Array.from({length: 40}, (_, n) => n));
    expect(await Promise.all(signed)).toEqual(Array.from({length: 40}, (_, n) => `s${n}`));
  });

  it('waits for a signer that is down, a step longer each time, and tells once', async () => {
    const {time, events, calls, sign} = stage();
    const signed = sign(1);
    const fail = async (count: number): Promise<void> => {
      await settled();
      expect(calls).toHaveLength(count);
      calls.at(-1)?.reject(down);
      await settled();
    };
    await fail(1);
    await time.advance(499);
    expect(calls).toHaveLength(1);
    await time.advance(1);
    await fail(2);
    await time.advance(1_000);
    await fail(3);
    for (const wait of [2_000, 4_000, 8_000, 10_000]) {
      await time.advance(wait);
      await fail(calls.length);
    }
    await time.advance(10_000);
    calls.at(-1)?.resolve('signature');
    expect(await signed).toBe('signature');
    expect(events.map(({type}) => type)).toEqual(['problem', 'recovered']);
  });

  it('takes one step for many that fail together', async () => {
    const {time, calls, sign} = stage();
    for (let n = 0; n < 10; n += 1) void sign(n);
    await settled();
    for (const call of calls.splice(0)) call.reject(down);
    await time.advance(499);
    expect(calls).toHaveLength(0);
    await time.advance(1);
    expect(calls).toHaveLength(10);
  });

  it('lets go of what was given up, whether asking, waiting or in line', async () => {
    const {time, calls, sign, signing, stop} = stage();
    const ended: string[] = [];
    for (let n = 0; n < 30; n += 1) sign(n).catch((error: unknown) => ended.push(String(error)));
    await settled();
    calls.splice(0, 12).forEach((call) => call.reject(down));
    await settled();
    stop.abort(new Error('over'));
    for (const call of calls.splice(0)) call.reject(down);
    await settled();
    expect(ended).toEqual(Array(30).fill('Error: over'));
    expect(time.timers()).toBe(0);
    await time.advance(10_000);
    const again = signing.sign(Uint8Array.of(1), new AbortController().signal);
    await settled();
    expect(calls).toHaveLength(1);
    calls[0]?.resolve('yes');
    expect(await again).toBe('yes');
    await expect(signing.sign(Uint8Array.of(1), AbortSignal.abort(new Error('before')))).rejects.toThrow(
      'before',
    );
  });
});
