import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, it} from 'vitest';
import {jsonOf, openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

type Reply = {result: {by: string; jobs: {seq: number; jobId: string}[]}};

it('a job that no worker answers is unanswered, and is asked about again by the operator that runs, or by the next one', async () => {
  await using world = openWorld();
  const devnet = await devnetUp(world, ['--range', '0,600000']);
  // Takes every request, and answers none.
  const mute = createServer((request, response) => {
    request.resume();
    response.end(request.url?.endsWith('/status') === true ? '{"msg":"0"}' : '{"code":200}');
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const limits = {AOS_WORKERS_OPML_DEADLINE: '2s', AOS_WORKERS_OPML_ANSWER_TIMEOUT: '1s'};
  const deaf = {env: {...limits, AOS_WORKERS_OPML_URL: url}};
  const run = ['run', '-c', devnet.config, '--json', '--quiet'];

  const first = world.start(run, deaf);
  await first.event('connected');
  const [id = ''] = await devnet.submit(1);
  await first.event('job_unanswered');
  const running = await world.ask(['job', 'retry', '--state', 'unanswered', '-c', devnet.config, '--json']);
  expect((jsonOf(running.stdout) as Reply).result).toMatchObject({by: 'operator', jobs: [{jobId: id}]});
  await first.event('job_asked_again');
  let left = 0;
  await first.event('job_unanswered', () => (left += 1) === 2);
  await first.kill('SIGTERM');
  const status = await world.ask(['job', 'list', '--state', 'unanswered', '-c', devnet.config]);
  expect(status.stdout).toContain('unanswered');
  expect(devnet.events('result')).toEqual([]);

  const marked = await world.ask(['job', 'retry', id.slice(0, 12), '-c', devnet.config]);
  expect(marked).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^the operator, when it starts, asks about 1 job again: #\d+\n$/) as string,
  });
  const second = world.start(run);
  await devnet.answered([id]);
  await second.event('result_accepted');
  const late = await world.ask(['job', 'retry', id.slice(0, 12), '-c', devnet.config]);
  expect(late).toMatchObject({code: 3, stderr: expect.stringContaining('JOB_ANSWERED') as string});
  const shown = await world.ask(['job', 'show', id.slice(0, 12), '-c', devnet.config]);
  expect(shown.stdout).toMatch(/attempt 1 +opml at http:\/\/127\.0\.0\.1:\d+, asked .*, no answer in time/);
  mute.close();
  mute.closeAllConnections();
});
