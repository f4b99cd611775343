import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {isControlFile} from '../../../../src/lib/config/control-paths.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {connectControl} from '../../../../src/lib/node/control/client.ts';
import {connectOnly} from '../../../../src/lib/node/control/find.ts';
import {startControl} from '../../../../src/lib/node/control/server.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const hello = {version: '0.1.0', nodeId: '0x', network: 'devnet', host: 'here', pid: 1};
const FILE = 'abcdef012345.sock';
const options = {timeoutMs: 5_000, time: systemTime};
const MOST = 32;

function folder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-q-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return path.join(dir, 'run');
}

/** A connection that is open on both sides, and reads nothing. */
async function silent(at: string): Promise<Socket> {
  const socket = connect(at);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

it('readers that never read lock nobody out: the one that was quiet for longest makes room', async () => {
  const time = virtualTime();
  const control = await startControl({dir: folder(), file: FILE, hello, time});
  onTestFinished(() => control.close());
  const alive = await connectControl(control.path, options);
  onTestFinished(() => alive.close());
  const first = await silent(control.path);
  await time.advance(1_000);
  for (let n = 2; n < MOST; n += 1) await silent(control.path);
  await time.advance(9_000);
  expect(await alive.command('ping')).toEqual({pong: true});
  const ended = new Promise((resolve) => first.resume().once('close', resolve));
  const newcomer = await connectControl(control.path, options);
  onTestFinished(() => newcomer.close());
  await ended;
  expect([await alive.command('ping'), await newcomer.command('ping')]).toEqual([{pong: true}, {pong: true}]);
});

it('a command that an operator does not carry out ends at its limit', async () => {
  const control = await startControl({
    dir: folder(),
    file: FILE,
    hello,
    time: systemTime,
    carryOut: () => new Promise(() => undefined),
  });
  onTestFinished(() => control.close());
  const client = await connectControl(control.path, options);
  onTestFinished(() => client.close());
  const command = {command: 'retry', args: {jobs: '1'}} as const;
  await expect(client.command(command, {limitMs: 100})).rejects.toMatchObject({code: 'CONTROL_BROKEN'});
  expect(await client.command('ping')).toEqual({pong: true});
});

it.each(['{"type":"hello"', '\n', '{"type":"event"}\n'])(
  'an operator that drips %j instead of its hello ends at the limit, and does not hold up the others',
  async (drip) => {
    const dir = folder();
    const control = await startControl({dir, file: FILE, hello, time: systemTime});
    onTestFinished(() => control.close());
    for (let n = 0; n < 5; n += 1) {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        let at = 0;
        const timer = setInterval(() => socket.write(drip[(at += 1) % drip.length] ?? ''), 5);
        socket.once('close', () => clearInterval(timer));
      });
      await new Promise<void>((resolve) => server.listen(path.join(dir, `${n}bcdef012345.sock`), resolve));
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
    }
    const client = await connectOnly({
      dirs: [dir],
      isControlFile,
      uid: process.getuid?.() ?? 0,
      timeoutMs: 300,
      time: systemTime,
    });
    expect(client.hello).toMatchObject(hello);
    client.close();
  },
);
