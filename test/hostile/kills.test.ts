import {expect, it} from 'vitest';
import {ndjson, openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {acknowledged, each, EVERYWHERE, killAt, verdict} from '../support/kills.ts';

/** Each round brings so many jobs, and one kill at a point of the way. */
const {rounds, jobs} = hostileSize({
  full: {rounds: 160, jobs: 20},
  bounded: {rounds: EVERYWHERE.length, jobs: 10},
});

/** After so many rounds one operator works in peace, until nothing is left over. */
const CATCH_UP = 8;

/** Where the n-th operator is killed: every point in turn, a little further on each time it comes round. */
function pointOf(round: number): readonly [string, number] {
  const [type, count] = EVERYWHERE[round % EVERYWHERE.length] ?? ['connected', 1];
  const later = Math.floor(round / EVERYWHERE.length) % 4;
  return [type, type === 'connected' ? count : Math.min(count + later, Math.floor(jobs / 4))];
}

it(`kill -9 ${rounds} times in ${rounds * jobs} jobs: none is lost, none is answered twice`, async () => {
  await using world = openWorld();
  const devnet = await devnetUp(world, ['--range', '0,300000']);
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await killAt(world, devnet, pointOf(round), async () =>
      ids.push(...(await devnet.submit(jobs, {prompt: `round ${round}`}))),
    );
    if (round % CATCH_UP !== CATCH_UP - 1) continue;
    const calm = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.answered(ids);
    await calm.kill('SIGKILL');
  }
  const last = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
  // All may be answered already: one that is asked to stop before it has begun has no summary.
  await last.event('connected');
  await devnet.answered(ids);
  const {stdout} = await last.kill('SIGTERM');
  expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', pending: 0, failed: 0, unanswered: 0});
  expect(verdict(devnet, ids)).toEqual(each(rounds * jobs));
}, 3_600_000);

it.each(['newest', 'head'] as const)(
  'kill -9 with the published dispatcher %s loses nothing that was acknowledged',
  async (version) => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--dispatcher', version, '--range', '0,300000']);
    const kills = Math.ceil(rounds / 8);
    for (let round = 0; round < kills; round += 1)
      await killAt(world, devnet, ['job_received', (round % jobs) + 1], () =>
        devnet.submit(jobs, {prompt: `round ${round}`}),
      );
    const last = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await last.event('connected');
    await devnet.answered([...acknowledged(devnet)]);
    const {stdout} = await last.kill('SIGTERM');
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', failed: 0, unanswered: 0});
    expect(devnet.events('conflict')).toEqual([]);
  },
  3_600_000,
);
