import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {withDevnet} from '../../../../src/lib/features/run/devnet-child.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-devnet-child-'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const READY = {type: 'ready', config: '/c.yaml', urls: {dispatcherHttp: 'http://127.0.0.1:1'}};
const SAYS_READY = `console.log(${JSON.stringify(JSON.stringify(READY))});`;
/** It neither ends with its standard input nor by SIGTERM. */
const DEAF = `process.stdin.resume(); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;

/** A devnet whose program is `source`. */
function devnetOf(source: string) {
  const program = join(folder, 'program.cjs');
  writeFileSync(program, source);
  const time = virtualTime();
  const stop = new AbortController();
  const options = {
    program,
    time,
    args: [],
    kinds: ['opml'],
    stop: stop.signal,
    note: null,
    onLost: () => stop.abort('fatal'),
  };
  return {
    stop,
    run: withDevnet.bind(null, options),
    /** Lets the time that it has to close run out, when that has begun. */
    closeLate: async () => {
      while (time.untilNext() !== 30_000) await turn();
      await time.advance(30_000);
    },
  };
}

it('is killed when it does not end within half a minute after its work is done', async () => {
  const {run, closeLate} = devnetOf(SAYS_READY + DEAF);
  const done = run((devnet) => {
    expect(devnet).toMatchObject({config: '/c.yaml'});
    return Promise.resolve({reason: 'jobs', held: 0});
  });
  await closeLate();
  expect(await done).toMatchObject({reason: 'jobs'});
});

it('is killed when a stop during its start does not end it', async () => {
  const {run, stop, closeLate} = devnetOf(DEAF);
  const done = run(() => Promise.reject(new Error('it never starts')));
  stop.abort('SIGINT');
  await closeLate();
  expect(await done).toEqual({reason: 'SIGINT', held: 0});
});

it('is killed when its first line is none of a devnet', async () => {
  const {run, closeLate} = devnetOf(`console.log('a warning');${DEAF}`);
  const done = expect(run(() => Promise.resolve({reason: 'jobs', held: 0}))).rejects.toMatchObject({
    code: 'DEVNET_FAILED',
  });
  await closeLate();
  await done;
});

it('is lost when it ends while the operator works', async () => {
  const {run, stop} = devnetOf(SAYS_READY);
  const lost = new Promise<{reason: 'fatal'; held: number}>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve({reason: 'fatal', held: 0})),
  );
  await expect(run(() => lost)).rejects.toMatchObject({
    code: 'DEVNET_FAILED',
    message: 'the devnet ended while the operator worked',
  });
});
