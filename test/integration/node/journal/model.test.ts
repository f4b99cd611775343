import {cpSync, mkdtempSync} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {readingOf} from '../../../../src/lib/node/journal/rows.ts';
import {JOURNAL_FILE, openJournal, type NodeJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {verifyReadings} from '../../../../src/lib/protocol/clock/readings.ts';
import {
  clocks,
  DELIVERY,
  answerOf,
  inTempDir,
  loadableDrivers,
  newJob,
  VRF,
} from '../../../support/journal.ts';
import {JOB_STATES} from '../../../../src/lib/node/events/job-states.ts';
import type {Journal} from '../../../../src/lib/node/journal/journal.ts';
import {PRUNED, type JobRecord} from '../../../../src/lib/node/journal/records.ts';

type Step =
  | {do: 'receive'; job: number}
  /** Received and concluded, or received and selected, in one. */
  | {do: 'begin'; job: number; content: number | null}
  | {do: 'conclude'; job: number; content: number}
  | {do: 'signed' | 'accepted' | 'expire' | 'leave' | 'retry'; job: number}
  /** A callback for the request that the job began with. */
  | {do: 'answer'; job: number; content: number}
  /** Waits for all that was asked for. */
  | {do: 'settle'}
  /** The process dies here: what was not committed is gone. */
  | {do: 'crash'}
  /** A clean end and a new start. */
  | {do: 'restart'}
  /** Time passes, and the journal is tidied. */
  | {do: 'tidy'; days: number};

const job = fc.nat({max: 4});
const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 4, arbitrary: fc.record({do: fc.constant('receive' as const), job})},
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      job,
      content: fc.option(fc.nat({max: 2})),
    }),
  },
  {weight: 6, arbitrary: fc.record({do: fc.constant('conclude' as const), job, content: fc.nat({max: 2})})},
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('signed' as const, 'accepted' as const, 'expire' as const),
      job,
    }),
  },
  {weight: 3, arbitrary: fc.record({do: fc.constantFrom('leave' as const, 'retry' as const), job})},
  {weight: 3, arbitrary: fc.record({do: fc.constant('answer' as const), job, content: fc.nat({max: 2})})},
  {weight: 4, arbitrary: fc.record({do: fc.constant('settle' as const)})},
  {weight: 2, arbitrary: fc.record({do: fc.constantFrom('crash' as const, 'restart' as const)})},
  {weight: 2, arbitrary: fc.record({do: fc.constant('tidy' as const), days: fc.nat({max: 3})})},
);

/** What the journal has promised: the seq of each job in the order they were stored, and each job's one content. */
type Promised = {
  seqs: Map<number, number>;
  contents: Map<number, string>;
  closed: Set<number>;
  /** Jobs by seq that were stored with their first question. */
  asked: Set<number>;
  /** Jobs that were left without an answer, and had none since. */
  left: Set<number>;
};

const DAY = 86_400_000;
const PERIODS = {evidenceMs: 2 * DAY, retentionMs: 3 * DAY};

for (const driver of loadableDrivers()) {
  describe(`journal model on ${driver.name}`, () => {
    it('keeps its promises over any interleaving with crashes: one content a job, order kept, chain whole', () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, {maxLength: 40}), (steps) =>
          inTempDir((dir) => follow(steps, dir, driver)),
        ),
        {numRuns: 60},
      ));
  });
}

let questions = 0;
const question = (seq: number) =>
  ({requestId: `q${seq} ${(questions += 1)}`, seq, kind: 'opml', attempt: 1, askedAt: 1}) as const;

async function follow(steps: readonly Step[], temp: string, driver: SqliteDriver): Promise<void> {
  const promised: Promised = {
    seqs: new Map(),
    contents: new Map(),
    closed: new Set(),
    asked: new Set(),
    left: new Set(),
  };
  let dir = mkdtempSync(path.join(temp, 'run-'));
  const time = clocks();
  const open = (): Promise<NodeJournal> => openJournal({dir, clockId: 1n, driver, time});
  let journal = await open();
  let pending: Promise<void>[] = [];
  let life = {dead: false};

  const ask = <T>(work: Promise<T>, then: (value: T) => void): void => {
    const mine = life;
    pending.push(
      work.then(
        (value) => {
          if (!mine.dead) then(value);
        },
        () => {}, // refused (conflict, no answer yet): nothing was promised
      ),
    );
  };

  for (const now of steps) {
    if (now.do === 'settle') {
      await Promise.all(pending);
      pending = [];
      check(journal, promised);
    } else if (now.do === 'restart') {
      await journal.close();
      await Promise.all(pending);
      pending = [];
      journal = await open();
      check(journal, promised);
    } else if (now.do === 'crash') {
      // The files as they are now are what a new process would find.
      life.dead = true;
      life = {dead: false};
      const next = mkdtempSync(path.join(temp, 'run-'));
      cpSync(dir, next, {recursive: true});
      await journal.close();
      await Promise.all(pending);
      pending = [];
      dir = next;
      journal = await open();
      check(journal, promised);
    } else if (now.do === 'tidy') {
      time.pass(now.days * DAY);
      ask(journal.age.keep(), () => {});
      ask(journal.tidy(PERIODS), () => {});
    } else if (now.do === 'receive') {
      ask(journal.receive(newJob(`job ${now.job}`)), ({record}) => stored(promised, now.job, record));
    } else if (now.do === 'begin') {
      const {job, content} = now;
      const asked = journal.receive(newJob(`job ${job}`), (seq) =>
        content === null
          ? {state: 'selected', vrf: VRF, first: question(seq)}
          : {state: 'concluded', answer: answerOf(`answer ${content}`)},
      );
      ask(asked, ({known, record}) => {
        stored(promised, job, record);
        if (known) return;
        if (content === null) promised.asked.add(record.seq);
        else promised.contents.set(job, `answer ${content}`);
      });
    } else {
      const seq = promised.seqs.get(now.job);
      if (seq === undefined) continue;
      const at = 5_000;
      if (now.do === 'conclude') {
        const content = `answer ${now.content}`;
        ask(journal.conclude(seq, answerOf(content)), () => {
          expect(promised.contents.get(now.job) ?? content).toBe(content);
          promised.contents.set(now.job, content);
        });
      } else if (now.do === 'signed')
        ask(journal.signed(seq, {envelopeId: 'e', signature: 'ff', at}), () => {});
      else if (now.do === 'accepted')
        ask(journal.accepted(seq, at, DELIVERY), () => promised.closed.add(now.job));
      else if (now.do === 'leave')
        ask(journal.leave(seq, 'no worker answered', at), (isLeft) => {
          if (isLeft) promised.left.add(now.job);
        });
      else if (now.do === 'retry') {
        // Also when its end is not heard of.
        promised.left.delete(now.job);
        ask(journal.retry(seq), () => {});
      } else if (now.do === 'answer') {
        const content = `answer ${now.content}`;
        const [request] = journal.requests(seq);
        if (request === undefined) continue;
        ask(
          journal.answer(request.requestId, content, at, () => answerOf(content)),
          ({state}) => {
            if (state !== 'taken') return;
            expect(promised.contents.get(now.job) ?? content).toBe(content);
            promised.contents.set(now.job, content);
          },
        );
      } else ask(journal.expire(seq, at), () => {});
    }
  }
  await Promise.all(pending);
  check(journal, promised);
  await journal.close();
  const database = driver.open(path.join(dir, JOURNAL_FILE), {readOnly: true});
  expect(verifyReadings(database.prepare('SELECT * FROM readings ORDER BY n').all().map(readingOf))).toEqual({
    ok: true,
  });
  database.close();
}

/** A job that was packed or cleaned up is known, and has no number. */
function stored({seqs}: Promised, job: number, {seq}: JobRecord): void {
  if (seq === PRUNED) expect(seqs.has(job)).toBe(true);
  else seqs.set(job, seq);
}

function check(journal: Journal, {seqs, contents, closed, asked, left}: Promised): void {
  const all = journal.list({
    states: JOB_STATES,
    after: 0,
    limit: 100,
  });
  expect(all.map(({seq}) => seq)).toEqual(all.map(({seq}) => seq).sort((a, b) => a - b));
  expect(new Set(all.map(({key}) => key.jobId)).size).toBe(all.length);
  // Of a job that is packed the requests are gone.
  for (const seq of asked)
    if (typeof journal.get(seq)?.element === 'string') expect(journal.requests(seq)).toHaveLength(1);
  for (const [job, seq] of seqs) {
    const record = journal.get(seq);
    // Whatever becomes of it, it is never taken for a new one.
    expect(journal.knows({jobId: `job ${job}`, tag: '', position: ''})).toBe(true);
    if (record === undefined) continue;
    expect(record.key.jobId).toBe(`job ${job}`);
    if (contents.has(job)) expect(record.content).toBe(contents.get(job));
    if (closed.has(job)) expect(record.state).toBe('accepted');
    // What was left may have been answered or given up since, and never asks for a worker by itself.
    if (left.has(job)) expect(['selected', 'received']).not.toContain(record.state);
  }
}
