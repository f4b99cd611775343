import {readFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {bareDispatcher, jobText} from '../support/bare-dispatcher.ts';
import {openWorld, signalTo} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';

const JOBS = 20;
/** The heartbeat is 1 s: 2.5 s without a sign of life end a connection. */
const HALT_MS = hostileSize({full: 30_000, bounded: 5_000});

it('an operator that was stopped for longer than a silence may last keeps its connection, and what waited in it', async () => {
  await using world = openWorld();
  const devnet = await devnetUp(world);
  const dispatcher = await bareDispatcher();
  const text = readFileSync(devnet.config, 'utf8')
    .replace(/dispatcher_url: .*/, `dispatcher_url: ${dispatcher.url}`)
    .replace(/verify_dispatcher: .*/, 'verify_dispatcher: off')
    .replace(/heartbeat_interval: .*/, 'heartbeat_interval: 1');
  const run = world.start(['run', '-c', world.file('config.yaml', text), '--json']);
  await run.event('connected');
  signalTo(run.pid, 'SIGSTOP');
  // Nothing redelivers them: what a closed socket holds is lost.
  for (let n = 0; n < JOBS; n += 1) dispatcher.send(jobText({jobId: `job-${n}`, prompt: `prompt ${n}`}));
  await pause(HALT_MS);
  signalTo(run.pid, 'SIGCONT');
  let accepted = 0;
  await run.event('result_accepted', () => (accepted += 1) === JOBS);
  expect(run.lines().filter(({type}) => type === 'disconnected')).toEqual([]);
  expect(dispatcher.sockets).toHaveLength(1);
});
