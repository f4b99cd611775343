import fc from 'fast-check';
import {expect, it} from 'vitest';
import {clockStory, DAY, jumpWhileAnswersWait, runWithWrongClock} from '../support/clock-story.ts';
import {hostileSize} from '../support/hostile-size.ts';

const JUMPS = [5 * DAY, -5 * DAY, 400 * DAY, -400 * DAY];
const JOBS = hostileSize({full: 40, bounded: 8});

it.each(JUMPS)('answers wait while the clock jumps by %d ms and back: none is lost', (jump) =>
  jumpWhileAnswersWait(JOBS, jump),
);

it.each(JUMPS)('a run with a clock that is %d ms ahead: no second answer', (ahead) =>
  runWithWrongClock(JOBS, ahead),
);

it('any clocks over any runs: every answer is delivered, and it is one', async () => {
  const ahead = fc.oneof(fc.constantFrom(0, ...JUMPS), fc.integer({min: -400 * DAY, max: 400 * DAY}));
  const life = fc.record({
    startsAhead: ahead,
    jumps: fc.array(ahead, {maxLength: 3}),
    accepts: fc.boolean(),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, {minLength: 1, maxLength: 4}), async (lives) => {
      const jobs = 5;
      const story = await clockStory(jobs);
      const {time} = story.rig;
      let isFirst = true;
      for (const {startsAhead, jumps, accepts, again} of lives) {
        story.clock.ahead = startsAhead;
        story.accepts(accepts);
        const run = await story.start();
        await run.event('connected');
        if (isFirst || again) story.send();
        if (isFirst) await story.answered();
        isFirst = false;
        for (const jump of jumps) {
          story.clock.ahead = jump;
          await time.during(time.sleep(70_000), 'a round of tidying');
        }
        expect(run.of('result_expired')).toEqual([]);
        await run.stop();
      }
      story.clock.ahead = 0;
      story.accepts(true);
      const last = await story.start();
      await last.event('connected');
      await time.until(() => expect(last.journal.counts()).toMatchObject({accepted: jobs, expired: 0}));
      await last.stop();
      expect(story.doubles()).toEqual([]);
    }),
    {numRuns: hostileSize({full: 60, bounded: 5})},
  );
});
