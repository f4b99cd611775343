import {describe, expect, it} from 'vitest';
import {createResponses} from '../../../../src/lib/node/operator/responses.ts';
import {settled} from '../../../support/virtual-time.ts';

const OK = {code: 200, message: 'success'};

/** Responses whose signer answers when the test says so, or never. */
function stage() {
  const sent: string[] = [];
  const signing: (() => void)[] = [];
  let asked = 0;
  const responses = createResponses((id, _reply, signal) => {
    asked += 1;
    return new Promise<void>((resolve, reject) => {
      signing.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('gone')), {once: true});
    }).then(() => void sent.push(id));
  });
  return {
    responses,
    sent,
    asked: () => asked,
    async sign(count: number) {
      for (let n = 0; n < count; n += 1) {
        signing.shift()?.();
        await settled(1);
      }
    },
  };
}

describe('the responses', () => {
  it('wait in a bounded lane: on a dead signer the oldest are given up, and what waits for them continues', async () => {
    const {responses, sent, sign, asked} = stage();
    const respond = responses.on(new AbortController().signal);
    const over: number[] = [];
    for (let n = 0; n < 5_000; n += 1) void respond(`id ${n}`, OK).then(() => over.push(n));
    await settled();
    expect(asked()).toBe(8);
    expect(over).toEqual(Array.from({length: 5_000 - 1_008}, (_, n) => n + 8));
    await sign(1_008);
    expect(sent).toEqual([
      ...Array.from({length: 8}, (_, n) => `id ${n}`),
      ...Array.from({length: 1_000}, (_, n) => `id ${n + 4_000}`),
    ]);
    expect(over).toHaveLength(5_000);
  });

  it('are one for each id of a socket, also while the first one waits', async () => {
    const {responses, sent, sign} = stage();
    const respond = responses.on(new AbortController().signal);
    void respond('one', OK);
    await respond('one', OK);
    await sign(1);
    await respond('one', OK);
    await sign(1);
    expect(sent).toEqual(['one']);
    void responses.on(new AbortController().signal)('one', OK);
    await sign(1);
    expect(sent).toEqual(['one', 'one']);
  });

  it('remember a bounded number of ids', async () => {
    const {responses, sent, sign} = stage();
    const respond = responses.on(new AbortController().signal);
    for (let n = 0; n <= 4_096; n += 1) {
      void respond(String(n), OK);
      await sign(1);
    }
    void respond('1', OK);
    void respond('0', OK);
    await sign(2);
    expect(sent).toHaveLength(4_098);
    expect(sent.at(-1)).toBe('0');
  });

  it('are over with their socket', async () => {
    const {responses, sent, asked} = stage();
    const socket = new AbortController();
    const respond = responses.on(socket.signal);
    const all = Array.from({length: 100}, (_, n) => respond(String(n), OK));
    socket.abort(new Error('closed'));
    await Promise.all([...all, respond('later', OK)]);
    expect([sent, asked()]).toEqual([[], 8]);
  });
});
