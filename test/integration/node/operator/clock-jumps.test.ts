import {expect, it} from 'vitest';
import {clockStory, DAY, jumpWhileAnswersWait, runWithWrongClock} from '../../../support/clock-story.ts';

it.each([5 * DAY, -5 * DAY, 400 * DAY])(
  'a clock that jumps by %d ms and comes back loses no answer, and is a problem meanwhile',
  (jump) => jumpWhileAnswersWait(3, jump),
);

it.each([5 * DAY, -5 * DAY, 400 * DAY])(
  'a run that begins with a clock that is %d ms ahead deletes nothing, and answers nothing again',
  (ahead) => runWithWrongClock(2, ahead),
);

it('a job that came again after its retention is not answered again: its tombstone is kept', async () => {
  const story = await clockStory(2);
  story.accepts(true);
  const run = await story.start({evidenceMs: 60_000, retentionMs: 120_000});
  await run.event('connected');
  story.send();
  await run.event('result_accepted', () => run.of('result_accepted').length === 2);
  const {time} = story.rig;
  await time.during(time.sleep(130_000), 'the evidence period');
  expect(run.journal.get(1)).toMatchObject({element: null, state: 'accepted'});
  story.send();
  await run.event('job_duplicate', () => run.of('job_duplicate').length === 2);
  await time.during(time.sleep(240_000), 'the retention');
  expect(run.journal.get(1)).toBeUndefined();
  story.send();
  await run.event('job_duplicate', () => run.of('job_duplicate').length === 4);
  expect(new Set(run.of('job_duplicate').map(({state}) => state))).toEqual(new Set(['pruned']));
  // One acknowledgement for each id of a connection.
  expect(story.dispatcher.of(null).map(({result}) => result)).toMatchObject([{code: 200}, {code: 200}]);
  await run.stop();
  expect(story.dispatcher.of('job_result')).toHaveLength(2);
  expect(story.rig.worker.asked).toHaveLength(2);
});
