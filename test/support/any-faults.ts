import fc from 'fast-check';
import {expect, onTestFinished, vi} from 'vitest';
import {requestMark} from '../../src/lib/node/journal/request-mark.ts';
import {clockFaults, dispatcherFaults, journalFaults, workerFaults} from './operator-faults.ts';
import {plan, type Plan, type Step} from './operator-plan.ts';
import {createRig, type AtEnd, type Rig, type Run} from './operator-rig.ts';
import {settled} from './virtual-time.ts';

/** What holds of an operator whatever fails and whenever it ends; `test/integration/` and `test/hostile/` try it. */
export const ANY_FAULTS =
  'whatever fails and whenever it ends: each job is accepted once, with what a worker said, or ends unanswered and is accepted after a retry; nothing is left behind';

/** Tries that with many plans. @param params how many, of fast-check */
export async function tryAnyFaults(params: fc.Parameters<[Plan]>): Promise<void> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, note);
    onTestFinished(() => void process.off(event, note));
  }
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      uncaught.length = 0;
      await closing((atEnd) => follow(plan, atEnd));
      expect(uncaught).toEqual([]);
    }),
    params,
  );
}

async function closing(work: (atEnd: AtEnd) => Promise<void>): Promise<void> {
  const open: (() => void | Promise<void>)[] = [];
  try {
    await work((close) => open.unshift(close));
  } finally {
    for (const close of open) await close();
  }
}

async function follow(
  {concurrency, attempts, deadlineMs, all, jitter, runs, faults}: Plan,
  atEnd: AtEnd,
): Promise<void> {
  const calm = new AbortController();
  const rig = await createRig({
    atEnd,
    haste: clockFaults(faults, calm.signal),
    range: [0n, all ? 600_000n : 300_000n],
    dispatcher: {faults: dispatcherFaults(faults, calm.signal)},
  });
  const past: Run[] = [];
  const taken: Taken[] = [];
  workerFaults(rig, faults.question, calm.signal, ({prompt}) => {
    const run = past.at(-1);
    const asked = new Set(rig.worker.asked.map(({req_id}) => requestMark(req_id)));
    taken.push({jobId: prompt.replace('prompt ', 'job-'), run, told: run?.events.length ?? 0, asked});
  });
  const usual = {
    worker: {concurrency, answerTimeoutMs: 20_000, attempts, deadlineMs, readyTimeoutMs: 600_000},
    backoff: {firstMs: 50, capMs: 500},
    random: () => jitter,
  };

  let jobs = 0;
  for (const {steps, end, maxAccepted} of runs) {
    const journal = journalFaults(faults.journal, calm.signal);
    const run = await rig.start({...usual, journal, maxAccepted, shutdownGraceMs: 10_000});
    past.push(run);
    const died = vi.fn();
    run.done.catch(died);
    for (const step of steps) {
      await take(step, rig, run, jobs);
      if (step.do === 'submit') jobs += step.count;
    }
    expect(died).not.toHaveBeenCalled();
    if (end === 'crash') await run.crash();
    else await run.stop();
  }

  calm.abort();
  rig.worker.status = STATUS.idle;
  // Soon enough for a test to wait for.
  const patience = {...usual.worker, deadlineMs: Math.min(deadlineMs, 60_000)};
  const last = await rig.start({...usual, worker: patience});
  past.push(last);
  await rig.time.until(() => {
    const {accepted, unanswered} = last.journal.counts();
    expect(accepted + unanswered).toBe(jobs);
  });
  const unanswered = last.journal.list({states: ['unanswered'], after: 0, limit: jobs});
  // No good answer is thrown away.
  const thanked = new Set(taken.map(({jobId}) => jobId));
  expect(unanswered.filter(({key}) => thanked.has(key.jobId))).toEqual([]);
  await last.askAgain(unanswered.map(({seq}) => seq));
  await rig.time.until(() => expect(last.journal.counts()).toMatchObject({accepted: jobs}));
  const contents = new Map(
    last.journal
      .list({states: ['accepted'], after: 0, limit: jobs})
      .map(({key, content}) => [key.jobId, (JSON.parse(content ?? '{}') as {result?: unknown}).result]),
  );
  expect(await last.stop()).toMatchObject({pending: 0});
  expect(rig.dispatcher.stats()).toMatchObject({submitted: jobs, accepted: jobs, conflicts: 0});
  for (let n = 0; n < jobs; n += 1)
    expect(rig.dispatcher.results(`job-${n}`)).toMatchObject([{result: contents.get(`job-${n}`)}]);
  const results = Array.from({length: jobs}, (_, n) => rig.dispatcher.results(`job-${n}`)).flat();
  expect(results.filter(({vrf, result}) => vrf.selected && result === '')).toEqual([]);
  expect(past.flatMap((run) => run.of('warning'))).toEqual([]);
  expect(taken.flatMap((one) => askedAfter(one, past))).toEqual([]);
  expect(rig.time.timers()).toBe(0);
}

const STATUS = {idle: '{"msg":"0"}', busy: '{"msg":"1"}', away: 'hang-up'} as const;

async function take(step: Step, rig: Rig, run: Run, jobs: number): Promise<void> {
  const cut = (from: 'dispatcher' | 'signer'): unknown =>
    (from === 'signer' ? rig.signerProxy : rig.proxy).cut();
  if (step.do === 'submit') rig.submit(step.count, jobs);
  else if (step.do === 'cut') cut(step.from);
  else if (step.do === 'worker') rig.worker.status = STATUS[step.status];
  else if (step.do === 'turns') await settled(step.count);
  else if (step.do === 'wait') await rig.time.during(rig.time.sleep(step.ms), 'the wait');
  else {
    const told = run.events.length;
    const enough = new AbortController();
    const patience = rig.time.sleep(3_000, enough.signal).catch(() => undefined);
    const came = run.comes(step.type, ({seq}) => {
      if (seq <= told || enough.signal.aborted) return false;
      if (step.cut !== null) cut(step.cut);
      return true;
    });
    await rig.time.during(Promise.race([came, patience]), step.type);
    enough.abort();
  }
}

/** An answer that was taken: in which run, how many events that one had reported, and which requests the worker had by then. */
type Taken = {jobId: string; run: Run | undefined; told: number; asked: ReadonlySet<string>};

/** The questions about a job that were put when it had an answer already; a report of an earlier one may come late. */
function askedAfter({jobId, run, told, asked}: Taken, runs: readonly Run[]): unknown[] {
  const from = run === undefined ? 0 : runs.indexOf(run);
  return runs
    .slice(from)
    .flatMap(({events}, n) => (n === 0 ? events.slice(told) : events))
    .filter((event) => event.type === 'job_asked' && event.job.jobId === jobId && !asked.has(event.request));
}
