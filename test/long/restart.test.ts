import {setTimeout as pause} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {AOS, jsonOf, ndjson, openWorld} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {acknowledged, verdict} from '../support/kills.ts';
import {onTerminal} from '../support/terminal.ts';

/** Jobs come at this pace, before the restart, through it and after it, up to this many. */
const EVERY_MS = 40;
const MOST_JOBS = 300;
const BEFORE = 20;
const AFTER = 20;
/** Of the offline allowance. */
const MOST_SHARE = 0.05;

/** Submits jobs until it is ended; `ids` grows meanwhile. */
function load(devnet: DevnetUp) {
  const ids: string[] = [];
  const state = {isOver: false};
  const done = (async () => {
    while (!state.isOver && ids.length < MOST_JOBS) {
      ids.push(...(await devnet.submit(1, {prompt: `job ${ids.length}`})));
      await pause(EVERY_MS);
    }
  })();
  return {
    ids,
    end: async (): Promise<void> => {
      state.isOver = true;
      await done;
    },
  };
}

describe.each(['friendly', 'newest'] as const)('a restart under load, with the dispatcher %s', (version) => {
  it('loses no job and answers none twice, and is confirmed', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, [
      ...(version === 'friendly' ? ['--friendly'] : ['--dispatcher', version]),
      ...['--range', '0,300000'],
    ]);
    const run = ['run', '-c', devnet.config, '--json', '--quiet'];
    const first = world.start(run);
    await first.event('probe_answered');
    const jobs = load(devnet);
    let accepted = 0;
    await first.event('result_accepted', () => (accepted += 1) === BEFORE);

    // No service manager runs it: the command says so, and watches while a person does it.
    expect(jsonOf((await world.run(['restart', '-c', devnet.config, '--json'])).stdout)).toMatchObject({
      error: {code: 'RESTART_BY_HAND'},
    });
    const watching = onTerminal(world, process.execPath, [AOS, 'restart', '--confirm', '-c', devnet.config]);
    await watching.until(/waits for the end of the old process/);
    expect((await world.run(['stop', '-c', devnet.config])).code).toBe(0);
    expect((await first.end()).code).toBe(143);
    const second = world.start(run);
    expect(await watching.ended).toMatchObject({exitCode: 0});
    const [, share = ''] =
      /restarted: pid \d+ → \d+, connected, probed by the network; .* (\d+\.\d) % of/.exec(watching.text()) ??
      [];
    expect(Number(share) / 100).toBeLessThan(MOST_SHARE);

    let more = 0;
    await second.event('result_accepted', () => (more += 1) === AFTER);
    await jobs.end();
    // A published dispatcher sends a job once: what it did not hear to have arrived is its own loss.
    const owed = version === 'friendly' ? jobs.ids : jobs.ids.filter((id) => acknowledged(devnet).has(id));
    await devnet.answered(owed);
    const {stdout} = await second.kill('SIGTERM');
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', failed: 0, unanswered: 0});
    const {answered, first: once, conflicts, refused} = verdict(devnet, owed);
    expect({answered, once, conflicts, refused}).toEqual({
      answered: owed.length,
      once: owed.length,
      conflicts: 0,
      refused: 0,
    });
    expect(owed.length).toBeGreaterThan(BEFORE + AFTER);
  });
});
