import {setMaxListeners} from 'node:events';
import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {Health} from '../../../../src/lib/node/operator/health.ts';
import {createSession, type Session} from '../../../../src/lib/node/operator/session.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';

const OK = {code: 200, message: 'success'};
const SIGNATURE = `${'0'.repeat(128)}1b`;
const health: Health = {worked: () => {}, failed: () => {}, failing: () => null};

/** A session over a signer that answers only when told to; `sent` holds the ids of the frames that left, in order. */
function rig() {
  const sent: string[] = [];
  const asked: {resolve: () => void}[] = [];
  const run = new AbortController().signal;
  setMaxListeners(0, run);
  const session: Session = createSession({
    connection: {
      run: () => Promise.resolve(),
      send: (text) => sent.push((JSON.parse(text) as {id: string}).id) > 0,
      drop: () => {},
      confirm: () => {},
      pause: () => {},
      resume: () => {},
      backlog: () => 0,
    },
    signing: {
      sign: (_message, signal) =>
        new Promise((resolve, reject) => {
          asked.push({resolve: () => resolve(SIGNATURE)});
          signal.addEventListener('abort', () => reject(new AosError('NOT_CONNECTED', 'gone')), {once: true});
        }),
    },
    nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
    kinds: ['opml'],
    url: 'ws://127.0.0.1:1/ws',
    signal: run,
    newId: () => 'connect',
    time: systemTime,
    emit: () => {},
    health,
    onConnected: () => {},
    onLate: () => {},
  });
  return {session, sent, asked};
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('responses of a session', () => {
  it('asks the signer for a few at once, and sends all of them in order', async () => {
    const {session, sent, asked} = rig();
    const ids = Array.from({length: 100}, (_, n) => `id-${n}`);
    for (const id of ids) void session.responder()(id, OK);
    let most = 0;
    for (let done = 0; done < ids.length;) {
      most = Math.max(most, asked.length - done);
      asked[done]?.resolve();
      done += 1;
      await turn();
    }
    expect(most).toBeLessThanOrEqual(8);
    expect(sent).toEqual(ids);
  });

  it('forgets what waits when the socket closes, and answers on the next one', async () => {
    const {session, sent, asked} = rig();
    session.opened();
    for (let n = 0; n < 50; n += 1) void session.responder()(`old-${n}`, OK);
    session.closed();
    await turn();
    const before = asked.length;
    session.opened();
    void session.responder()('new', OK);
    for (const {resolve} of asked.slice(before)) resolve();
    await turn();
    expect(sent).toContain('new');
    expect(sent.filter((id) => id.startsWith('old'))).toEqual([]);
  });
});
