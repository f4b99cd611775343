import {readdirSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {newJob} from '../support/journal.ts';

const MIB = 1024 * 1024;

/** A frame of a former version's journal: a job of some MiB, which was no limit then. */
function frame(jobId: string, bytes: number): string {
  const job = {tag: 'opml', model: 'tiny-llm', prompt: `What is ${jobId}?`, params: {}};
  const params = [{user: '', seed: 's'.repeat(bytes), clock: {'1': '1'}, job_id: jobId, job}];
  const blank = {result: null, address: '', hash: '', signature: ''};
  return JSON.stringify({id: jobId, method: 'dispatch_job', params, ...blank});
}

it('a backlog of large jobs is worked off by a small heap, and each is answered once', async () => {
  const {jobs, bytes, heapMb} = hostileSize({
    full: {jobs: 16, bytes: 60 * MIB, heapMb: 512},
    bounded: {jobs: 8, bytes: 8 * MIB, heapMb: 128},
  });
  await using world = openWorld();
  const devnet = await devnetUp(world);
  const run = (heap = heapMb) =>
    world.start(['run', '-c', devnet.config, '--json', '--quiet'], {
      env: {NODE_OPTIONS: `--max-old-space-size=${heap}`},
    });
  const first = run();
  await first.event('connected');
  await first.kill('SIGTERM');

  const found = readdirSync(world.home, {recursive: true, encoding: 'utf8'});
  const file = found.find((name) => path.basename(name) === 'journal.db');
  const journal = await openJournal({dir: path.join(world.home, path.dirname(file ?? '')), clockId: 1n});
  const ids = Array.from({length: jobs}, (_, n) => `large-${n}`);
  for (const id of ids) await journal.receive(newJob(id, {frame: frame(id, bytes), model: 'tiny-llm'}));
  await journal.close();

  const second = run();
  // The dispatcher knows none of them, and so refuses what it is sent.
  const sent = (): Set<string> =>
    new Set(
      second
        .lines()
        .filter(({type}) => type === 'result_sent')
        .map((line) => (line['job'] as {jobId: string}).jobId),
    );
  while (sent().size < jobs && second.process.exitCode === null) await pause(200);
  const {code} = await second.kill('SIGTERM');
  expect([...sent()].sort()).toEqual([...ids].sort());
  expect(code).toBe(143);
}, 600_000);
