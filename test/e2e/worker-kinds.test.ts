import {describe, expect, it} from 'vitest';
import {ndjson, openWorld} from '../support/cli.ts';

const RUN = ['run', '--devnet', '--kind', 'tee', '--kind', 'zkml', '--json', '--quiet'];

describe('aos run --devnet --kind tee --kind zkml', () => {
  it('has jobs of both kinds answered', async () => {
    await using world = openWorld();
    const {code, stdout, stderr} = await world.run([...RUN, '--jobs', '3']);
    expect({code, stderr}).toMatchObject({code: 0});
    const lines = ndjson(stdout);
    expect(lines.at(-1)).toMatchObject({type: 'summary', accepted: 3, failed: 0, unanswered: 0});
    const kinds = lines
      .filter(({type}) => type === 'result_accepted')
      .map(({job}) => (job as {kind: string}).kind);
    expect(kinds.sort()).toEqual(['tee', 'tee', 'zkml']);
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
