import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {startControl, type Control} from '../../../../src/lib/node/control/server.ts';
import {operatorOnSocket} from '../../../../src/lib/node/identity-lock/running.ts';
import {eventLog, STARTED} from '../../../support/event-log.ts';

const FILE = 'abcdef012345.sock';
const HELLO = {
  version: '0.0.9',
  nodeId: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  network: 'hoodi',
  host: 'here',
  pid: 7,
};
const uid = process.getuid?.() ?? 0;

let dir: string;
const open: (() => unknown)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'aos-r-'));
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  rmSync(dir, {recursive: true, force: true});
});

async function start(): Promise<Control> {
  const control = await startControl({dir, file: FILE, hello: HELLO, time: systemTime});
  open.push(() => control.close());
  return control;
}
const found = (owner = uid, signal = new AbortController().signal) =>
  operatorOnSocket({dirs: [dir], file: FILE, uid: owner, graceMs: 30_000, time: systemTime, signal});

describe('the operator on the control socket of a node', () => {
  it('is none where no socket is', async () => {
    expect(await found()).toBeNull();
  });

  it('works, or stops', async () => {
    const control = await start();
    const log = eventLog();
    const started = log(STARTED);
    control.publish(started);
    expect(await found()).toEqual({
      pid: 7,
      version: '0.0.9',
      network: 'hoodi',
      store: '',
      startedAt: started.at,
      stoppingMs: null,
    });
    control.publish(log({type: 'stopping', reason: 'SIGTERM', inProgress: 1, graceMs: 1}));
    expect(await found()).toMatchObject({pid: 7, stoppingMs: 30_000});
  });

  it('is not asked in a directory of another user', async () => {
    await start();
    expect(await found(uid + 1)).toBeNull();
  });

  it('is in the way when it says something that is not understood', async () => {
    const server = createServer((socket) => socket.end('nonsense\n'));
    await new Promise<void>((resolve) => server.listen(join(dir, FILE), () => resolve()));
    open.push(() => server.close());
    expect(await found()).toMatchObject({pid: null, stoppingMs: null});
  });

  it('is not waited for after the signal', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(join(dir, FILE), () => resolve()));
    open.push(() => server.close());
    const stop = new AbortController();
    const asked = found(uid, stop.signal);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});
