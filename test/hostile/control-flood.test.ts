import {mkdtempSync, rmSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {connectControl} from '../../src/lib/node/control/client.ts';
import {startControl} from '../../src/lib/node/control/server.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import {eventLog, jobRef, STARTED} from '../support/event-log.ts';
import {hostileSize} from '../support/hostile-size.ts';

const connects = hostileSize({full: 10_000, bounded: 2_000});
const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

it('a flood of connections to the control socket costs little, and a reader gets in meanwhile', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'aos-cf-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  const hello = {version: '0.1.0', nodeId: NODE, network: 'devnet', host: 'here', pid: process.pid};
  const control = await startControl({
    dir: join(dir, 'run'),
    file: 'abcdef012345.sock',
    hello,
    time: systemTime,
  });
  onTestFinished(() => control.close());
  const event = eventLog();
  control.publish(event(STARTED));
  // A full history, as that of an operator that works.
  for (let i = 1; i <= 400; i += 1)
    control.publish(event({type: 'job_received', job: jobRef(i), signer: null}));

  const before = process.cpuUsage();
  let closed = 0;
  let answered = 0;
  const openOne = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(control.path);
      socket.on('error', () => {});
      socket.once('connect', () => socket.destroy());
      socket.once('close', () => {
        closed += 1;
        resolve();
      });
    });
  for (let done = 0; done < connects; done += 100) {
    await Promise.all(Array.from({length: 100}, openOne));
    control.publish(event({type: 'job_received', job: jobRef(done), signer: null}));
    if (done % 1_000 !== 0) continue;
    const reader = await connectControl(control.path, {timeoutMs: 5_000, time: systemTime});
    await reader.command('ping');
    reader.close();
    answered += 1;
  }
  const {user, system} = process.cpuUsage(before);
  process.stdout.write(
    `${connects} connects: ${((user + system) / 1e6).toFixed(2)} s of CPU, of both sides\n`,
  );
  expect(closed).toBe(connects);
  expect(answered).toBe(connects / 1_000);
});
