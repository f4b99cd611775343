import {expect, it} from 'vitest';
import {jsonOf, openWorld, type Cli, type Line} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

/** The second worker says the other word of one proof in five. */
const FIVE = 5;

/** Beside that of the engine, where it is installed. */
const COMPARED = expect.objectContaining({
  check: 'second',
  facts: expect.objectContaining({secondAnswer: 'false'}) as object,
}) as object;

const jobOf = (line: Line): {jobId: string; seq: number} => line['job'] as {jobId: string; seq: number};

it('a held answer is delivered once when it is released: at once, by the next start, and after its deadline', async () => {
  await using world = openWorld();
  const devnet = await devnetUp(world, ['--kind', 'zkml', '--second', 'lies']);
  const {proofs = ''} = devnet.urls as Record<string, string>;
  const start = (deadline?: string): Cli =>
    world.start(['run', '-c', devnet.config, '--json', '--quiet'], {
      env: {AOS_WORKERS_ZKML_DEADLINE: deadline},
    });
  const ask = (args: readonly string[]) => world.ask([...args, '-c', devnet.config]);
  const release = (seq: number) => ask(['job', 'release', `#${seq}`, '--yes', '--json']);
  const resultsOf = (id: string): Line[] =>
    devnet.events('result').filter((line) => (line['key'] as {jobId: string}).jobId === id);
  const seen = new Set<string>();
  /** The held one of the next five jobs. */
  const held = async (run: Cli): Promise<{jobId: string; seq: number}> => {
    const params = {proof_path: `${proofs}/mean-1.json`};
    const ids = await devnet.submit(FIVE, {kind: 'zkml', model: 'mean', params});
    const line = await run.event('job_held', (one) => !seen.has(jobOf(one).jobId));
    expect(line).toMatchObject({code: 'ANSWERS_DIFFER', then: 'wait'});
    const job = jobOf(line);
    seen.add(job.jobId);
    await devnet.answered(ids.filter((id) => id !== job.jobId));
    expect(resultsOf(job.jobId)).toEqual([]);
    return job;
  };

  const first = start();
  await first.event('connected');
  const now = await held(first);
  expect(jsonOf((await release(now.seq)).stdout)).toMatchObject({
    result: {released: true, by: 'operator', answer: 'true', code: 'ANSWERS_DIFFER'},
  });
  await devnet.answered([now.jobId]);
  expect(await release(now.seq)).toMatchObject({
    ...{code: 64, stdout: expect.stringContaining('ANSWER_NOT_HELD') as string},
  });

  const stopped = await held(first);
  const late = await held(first);
  await first.kill('SIGTERM');
  expect(jsonOf((await release(stopped.seq)).stdout)).toMatchObject({result: {by: 'journal'}});
  const second = start('1s');
  await devnet.answered([stopped.jobId]);
  await second.event('job_unanswered', (line) => jobOf(line).jobId === late.jobId);
  expect(jsonOf((await release(late.seq)).stdout)).toMatchObject({result: {by: 'operator'}});
  await devnet.answered([late.jobId]);
  expect([now, stopped, late].map(({jobId}) => resultsOf(jobId).length)).toEqual([1, 1, 1]);
  const shown = jsonOf((await ask(['job', 'show', `#${late.seq}`, '--json'])).stdout);
  expect(shown).toMatchObject({
    result: {
      outcome: 'answered',
      checks: [{state: 'released', results: expect.arrayContaining([COMPARED]) as object[]}],
    },
  });
});
