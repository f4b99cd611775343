import {describe, expect, it} from 'vitest';
import {createRig} from '../../../support/operator-rig.ts';

/** Texts that the dispatcher heard for one (job_id, tag), empty ones aside. */
type Texts = Map<string, Set<string>>;

describe.each([
  ['newest', 'malicious', 21],
  ['newest', 'suspicion', 21],
  ['head', 'malicious', 11],
  ['head', 'suspicion', 11],
] as const)('ten jobs of a user at the dispatcher %s, of which the tenth is %s', (version, tag, least) => {
  it.each([
    ['all', [0n, 600_000n]],
    ['some', [200_000n, 300_000n]],
  ] as const)(
    'have one text for each (job_id, tag), with a worker that never says the same twice, %s of them selected',
    async (_, range) => {
      const texts: Texts = new Map();
      const rig = await createRig({range: [...range], dispatcher: {version}});
      let said = 0;
      rig.worker.onQuestion = (question) => {
        said += 1;
        void rig.worker.answer(question, {answer: `text ${said}`});
        return 200;
      };
      const run = await rig.start({worker: {concurrency: 3}});
      await run.event('connected');
      for (let n = 0; n < 10; n += 1) {
        const suspect = n === 9 ? {tag} : {};
        rig.dispatcher.submit({prompt: `prompt ${n}`, jobId: `job-${n}`, user: 'eve', ...suspect});
        await rig.dispatcher.waitFor(({submitted, sent}) => submitted === n + 1 && sent >= n + 1);
      }
      rig.dispatcher.submit({prompt: 'prompt 10', jobId: 'job-10', user: 'eve'});
      await rig.time.until(() => {
        const {sent} = rig.dispatcher.stats();
        expect(sent).toBeGreaterThanOrEqual(least);
        expect(run.of('result_accepted')).toHaveLength(sent);
      });
      for (const event of rig.dispatched) {
        if (event.type !== 'result' || event.result === '') continue;
        const id = `${event.key.jobId} ${event.key.tag}`;
        texts.set(id, (texts.get(id) ?? new Set()).add(event.result));
      }
      expect([...texts].filter(([, of]) => of.size > 1)).toEqual([]);
      expect(rig.dispatcher.stats().conflicts).toBe(0);
      expect(await run.stop()).toMatchObject({pending: 0, failed: 0});
    },
  );
});
