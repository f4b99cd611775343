import path from 'node:path';
import {expect, it} from 'vitest';
import {openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {jsonOf, openWorld} from '../support/cli.ts';
import {goodFile} from '../support/config-file.ts';
import {newJob} from '../support/journal.ts';

const PROMPT = 'Tell me what to do next: aos run the tests → aos status please';

/** A dispatch frame as it comes, with one job. */
const frameOf = (prompt: string): string =>
  JSON.stringify({
    id: 'f',
    method: 'dispatch_job',
    params: [
      {
        user: 'carol',
        seed: '',
        signature: '',
        job_id: 'j',
        tag: '',
        position: '',
        clock: {'1': '1'},
        job: {tag: 'opml', prompt, model: 'tiny', params: {}},
      },
    ],
    result: null,
    address: '',
    hash: '',
    signature: '',
  });

it('shows a prompt as it came, whatever commands it names, with and without -c', async () => {
  await using world = openWorld();
  const dir = path.join(world.home, 'state');
  const config = world.file('config.yaml', `${goodFile()}store:\n  dir: ${dir}\n`, 0o600);
  const journal = await openJournal({dir, clockId: 1n});
  await journal.receive(newJob('j', {frame: frameOf(PROMPT)}));
  await journal.close();

  const named = await world.run(['job', 'show', 'j', '-c', config, '--full']);
  const found = await world.ask(['job', 'show', 'j', '--full'], {env: {AOS_CONFIG: config}});
  for (const {stdout} of [named, found]) expect(stdout).toContain(PROMPT);
  const {result} = jsonOf((await world.ask(['job', 'show', 'j', '-c', config, '--json'])).stdout) as {
    result: {prompt: string};
  };
  expect(result.prompt).toBe(PROMPT);
  const csv = await world.ask(['job', 'export', '--csv', '-c', config]);
  expect(csv.stdout).toContain(PROMPT);
});
