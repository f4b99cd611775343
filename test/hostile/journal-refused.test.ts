import fs from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {flipped} from '../support/wal-log.ts';

/** The log of the one journal below a home directory. */
function logBelow(world: World): string {
  const found = fs
    .readdirSync(world.home, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('journal.db-wal'));
  expect(found).toHaveLength(1);
  return path.join(world.home, found[0] ?? '');
}

describe('aos run after kill -9 with a bit of the last commit changed', () => {
  it('ends with 74 and the way on; readers see it; with the accepted id it works, and nothing gets a second answer', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await first.event('connected');
    const ids = await devnet.submit(20);
    await devnet.answered(ids);
    await first.kill('SIGKILL');
    const log = logBelow(world);
    const bytes = fs.readFileSync(log);
    fs.writeFileSync(log, flipped(bytes, 8 * 5_000));

    const refused = await world.run(['run', '-c', devnet.config, '--json', '--quiet']);
    expect(refused.code).toBe(74);
    const {error} = ndjson(refused.stdout).at(-1) as unknown as {
      error: {code: string; details: {damage: string}};
    };
    expect(error.code).toBe('JOURNAL_DAMAGED');
    expect(fs.readFileSync(log)).toEqual(flipped(bytes, 8 * 5_000));
    expect((await world.run(['job', 'list', '-c', devnet.config, '--json'])).code).toBe(74);
    const doctor = await world.run(['doctor', '-c', devnet.config, '--json', '--only', 'journal']);
    expect(doctor.stdout).toContain('JOURNAL_DAMAGED');

    const second = world.start([
      'run',
      '-c',
      devnet.config,
      '--json',
      '--quiet',
      '--accept-damaged-journal',
      error.details.damage,
    ]);
    await second.event('warning', ({code}) => code === 'JOURNAL_DAMAGED');
    await second.event('connected');
    const later = await devnet.submit(3, {prompt: 'after the damage'});
    await devnet.answered(later);
    expect((await second.kill('SIGTERM')).code).toBe(143);
    expect(devnet.events('conflict')).toEqual([]);
  });
});
