import fs from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import type {AosError} from '../../src/lib/foundation/errors/error.ts';
import {openJobReader} from '../../src/lib/node/journal/job-query.ts';
import {JOURNAL_FILE, openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {answerOf, inTempDir, newJob} from '../support/journal.ts';
import {flipped} from '../support/wal-log.ts';

/** The log of the one journal below a home directory. */
function logBelow(world: World): string {
  const found = fs
    .readdirSync(world.home, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('journal.db-wal'));
  expect(found).toHaveLength(1);
  return path.join(world.home, found[0] ?? '');
}

const isFull = hostileSize({full: true, bounded: false});

/** The same without the program and a network: a journal that a killed process left, and its next opening. */
it.runIf(!isFull)('a journal after kill -9 with one bit changed is refused, and accepted by its id', () =>
  inTempDir(async (temp) => {
    const [live, dir] = [path.join(temp, 'live'), path.join(temp, 'left')];
    const before = await openJournal({dir: live, clockId: 1n});
    for (let job = 0; job < 5; job += 1) {
      const {record} = await before.receive(newJob(`job-${job}`));
      await before.conclude(record.seq, answerOf(`answer ${job}`));
    }
    fs.cpSync(live, dir, {recursive: true});
    await before.close();
    const log = path.join(dir, `${JOURNAL_FILE}-wal`);
    const bytes = fs.readFileSync(log);
    fs.writeFileSync(log, flipped(bytes, 8 * 5_000));

    const refused = await openJournal({dir, clockId: 1n}).catch((error: unknown) => error);
    expect(refused).toMatchObject({code: 'JOURNAL_DAMAGED', exitCode: 74});
    expect(fs.readFileSync(log)).toEqual(flipped(bytes, 8 * 5_000));
    expect(() => openJobReader({dir})).toThrow(expect.objectContaining({code: 'JOURNAL_DAMAGED'}));

    const {damage} = (refused as AosError).details;
    const acceptDamage = typeof damage === 'string' ? damage : '';
    const after = await openJournal({dir, clockId: 1n, acceptDamage});
    const {known, record} = await after.receive(newJob('after the damage'));
    expect(known).toBe(false);
    await after.conclude(record.seq, answerOf('its answer'));
    await after.close();
    await (await openJournal({dir, clockId: 1n})).close();
  }),
);

describe.runIf(isFull)('aos run after kill -9 with a bit of the last commit changed', () => {
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
