import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {bareDispatcher, jobText, replyText} from '../support/bare-dispatcher.ts';
import {openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';

/** 50 s are waited for a reply; in CI `late-replies.test.ts` does the same in virtual time. */
const isWhole = hostileSize({full: true, bounded: false});
const JOBS = 150;
const REPLY_MS = 55_000;
/** Events are awaited so many at a time: a test waits 40 s for one, and the last replies take longer. */
const STEP = 10;

it.runIf(isWhole)(
  'a dispatcher that replies to each result after 55 s gets each of 150 jobs accepted',
  async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const dispatcher = await bareDispatcher();
    dispatcher.answer = ({id, method, socket}) => {
      if (method !== 'job_result') return method === null ? undefined : replyText(id);
      setTimeout(() => dispatcher.sockets[socket]?.send(replyText(id)), REPLY_MS);
      return undefined;
    };
    const text = readFileSync(devnet.config, 'utf8')
      .replace(/dispatcher_url: .*/, `dispatcher_url: ${dispatcher.url}`)
      .replace(/verify_dispatcher: .*/, 'verify_dispatcher: off');
    const run = world.start(['run', '-c', world.file('config.yaml', text), '--json']);
    await run.event('connected');
    const startedAt = performance.now();
    for (let n = 0; n < JOBS; n += 1)
      dispatcher.send(jobText({jobId: `job-${n}`, prompt: `prompt ${n}`, job: opmlJob(n)}));
    let sent = 0;
    await run.event('result_sent', ({attempt}) => attempt === 1 && (sent += 1) === JOBS);
    const sentMs = performance.now() - startedAt;
    await run.event('result_retry');
    for (let count = STEP; count <= JOBS; count += STEP) {
      let accepted = 0;
      await run.event('result_accepted', () => (accepted += 1) === count);
    }
    const acceptedMs = performance.now() - startedAt;
    const seqs = run.lines().filter(({type}) => type === 'result_accepted');
    expect(seqs).toHaveLength(JOBS);
    const sentAll = run.lines().filter(({type}) => type === 'result_sent').length;
    process.stdout.write(
      `${JSON.stringify({jobs: JOBS, sentMs: Math.round(sentMs), acceptedMs: Math.round(acceptedMs), sentAll})}\n`,
    );
  },
);

function opmlJob(n: number): object {
  const params = {temperature: 1, top_p: 0.5, max_tokens: 1024};
  return {tag: 'opml', prompt: `prompt ${n}`, model: 'tiny-llm', params};
}
