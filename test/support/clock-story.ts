import {expect} from 'vitest';
import {bareDispatcher, jobText, replyText, type BareDispatcher} from './bare-dispatcher.ts';
import {createRig, type Rig, type Run, type RunOptions} from './operator-rig.ts';

export const DAY = 86_400_000;
const PERIODS = {evidenceMs: 3 * DAY, retentionMs: 4 * DAY};

/** An operator whose wall clock the test moves, and a dispatcher that sends the very same frames again whenever it is asked to. */
export type ClockStory = {
  rig: Rig;
  dispatcher: BareDispatcher;
  /** How far the wall clock is ahead of the true time. */
  clock: {ahead: number};
  start(options?: RunOptions): Promise<Run>;
  /** Sends all frames, each as it was the first time. */
  send(): void;
  /** Whether results are accepted. */
  accepts(isAccepting: boolean): void;
  /** Waits for a result of each job. */
  answered(): Promise<void>;
  /** Job ids with two results that differ. */
  doubles(): string[];
};

export async function clockStory(jobs: number): Promise<ClockStory> {
  const rig = await createRig();
  const dispatcher = await bareDispatcher();
  const clock = {ahead: 0};
  let asked = 0;
  // Each time it is asked a worker says something else, so that a second answer shows.
  rig.worker.onQuestion = (question) => {
    asked += 1;
    void rig.worker.answer(question, {answer: `answer number ${asked}`});
    return 200;
  };
  const frames = Array.from({length: jobs}, (_, n) => jobText({jobId: `job-${n}`, prompt: `prompt ${n}`}));
  const results = (): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const {params} of dispatcher.of('job_result'))
      for (const {job_id, result} of params as {job_id: string; result: string}[])
        found.set(job_id, (found.get(job_id) ?? new Set()).add(result));
    return found;
  };
  return {
    rig,
    dispatcher,
    clock,
    start: (options = {}) =>
      rig.start({
        verifyDispatcher: 'when-signed',
        dispatcherAddress: null,
        url: dispatcher.url,
        ...PERIODS,
        clockAhead: () => clock.ahead,
        ...options,
      }),
    send: () => frames.forEach((frame) => dispatcher.send(frame)),
    accepts(isAccepting) {
      dispatcher.answer = ({id, method}) => {
        if (method === null) return undefined;
        return isAccepting || method !== 'job_result' ? replyText(id) : replyText(id, 500, 'not now');
      };
    },
    answered: () => rig.time.until(() => expect(results().size).toBe(jobs)),
    doubles: () => [...results()].flatMap(([id, texts]) => (texts.size > 1 ? [id] : [])),
  };
}

/** Answered jobs that are not accepted yet outlast a clock that jumps for seconds and comes back. */
export async function jumpWhileAnswersWait(jobs: number, jump: number): Promise<void> {
  const story = await clockStory(jobs);
  story.accepts(false);
  const run = await story.start();
  await run.event('connected');
  story.send();
  await story.answered();
  story.clock.ahead = jump;
  const {message} = await run.event('problem', ({part}) => part === 'clock');
  expect(message).toMatch(/clock jumped/);
  await run.event('result_retry', () => run.of('result_retry').length >= 2 * jobs);
  story.clock.ahead = 0;
  await run.event('recovered', ({part}) => part === 'clock');
  story.accepts(true);
  await run.event('result_accepted', () => run.of('result_accepted').length === jobs);
  expect(run.of('result_expired')).toEqual([]);
  expect(story.doubles()).toEqual([]);
  expect(await run.stop()).toMatchObject({accepted: jobs, pending: 0});
}

/** What is answered stays answered when a run begins with a wrong clock, whatever is sent again. */
export async function runWithWrongClock(jobs: number, ahead: number): Promise<void> {
  const story = await clockStory(jobs);
  story.accepts(true);
  const first = await story.start();
  await first.event('connected');
  story.send();
  await first.event('result_accepted', () => first.of('result_accepted').length === jobs);
  await first.stop();
  for (const wrong of [ahead, 0]) {
    story.clock.ahead = wrong;
    const run = await story.start();
    await run.event('connected');
    await story.rig.time.during(story.rig.time.sleep(130_000), 'two rounds of tidying');
    const replies = story.dispatcher.of(null).length;
    story.send();
    await story.rig.time.until(() => expect(story.dispatcher.of(null)).toHaveLength(replies + jobs));
    expect(run.of('job_received')).toEqual([]);
    expect(run.journal.counts().accepted).toBe(jobs);
    expect(run.journal.get(1)?.element, 'the evidence is whole').not.toBeNull();
    // The events of a burst are fewer than its jobs; the summary counts each.
    expect(await run.stop()).toMatchObject({duplicates: jobs, accepted: 0});
  }
  expect(story.doubles()).toEqual([]);
  expect(story.rig.worker.asked).toHaveLength(jobs);
}
