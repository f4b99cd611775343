import {readdirSync} from 'node:fs';
import path from 'node:path';
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
    bounded: {jobs: 8, bytes: 20 * MIB, heapMb: 192},
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
  const accepted = new Set<unknown>();
  await second.event('result_accepted', (line) => {
    accepted.add((line['job'] as {jobId: string}).jobId);
    return accepted.size === jobs;
  });
  const {code} = await second.kill('SIGTERM');
  expect(code).toBe(143);
  expect([...accepted].sort()).toEqual([...ids].sort());
}, 600_000);
