import {describe, expect, it} from 'vitest';
import {ndjson, openWorld, type Line} from '../support/cli.ts';

const RUN = ['run', '--devnet', '--kind', 'tee', '--kind', 'zkml', '--json', '--quiet'];

describe('aos run --devnet --kind tee --kind zkml', () => {
  it('has jobs of both kinds answered, and those of opml by an engine', async () => {
    await using world = openWorld();
    const cli = world.start([...RUN, '--kind', 'opml', '--engine', 'openai']);
    const isOf = (wanted: string, {job}: Line): boolean => (job as {kind: string}).kind === wanted;
    await Promise.all(
      ['tee', 'zkml', 'opml'].map((kind) => cli.event('result_accepted', (line) => isOf(kind, line))),
    );
    const {stdout} = await cli.kill('SIGINT');
    const lines = ndjson(stdout);
    expect(lines.at(-1)).toMatchObject({type: 'summary', failed: 0, unanswered: 0});
    const checked = lines.find((line) => line['type'] === 'job_checked' && isOf('zkml', line));
    expect(checked).toMatchObject({verdict: 'ok', message: 'the engine says true too'});
    await world.nothingLeft();
  });

  it('names the state of a worker that is stuck, and sends nothing of it', async () => {
    await using world = openWorld();
    const cli = world.start([...RUN, '--fault', 'worker-no-enclave', '--fault', 'worker-no-srs']);
    const [stuck, unsound] = await Promise.all(
      ['WORKER_STUCK', 'WORKER_UNSOUND'].map((wanted) => cli.event('problem', ({code}) => code === wanted)),
    );
    expect(stuck).toMatchObject({
      part: 'worker',
      next: expect.stringMatching(/^Restart the tee worker/) as string,
    });
    expect(unsound).toMatchObject({
      part: 'worker',
      message: expect.stringContaining('known to be good') as string,
    });
    const {stdout} = await cli.kill('SIGINT');
    const lines = ndjson(stdout);
    expect(lines.filter(({type}) => type === 'result_sent')).toEqual([]);
    expect(lines.at(-1)).toMatchObject({type: 'summary', accepted: 0});
    await world.nothingLeft();
  });
});
