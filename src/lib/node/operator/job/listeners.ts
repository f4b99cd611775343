import type {Emit, JobRef} from '../../events/events.ts';
import type {NoAnswer} from '../../journal/journal.ts';
import type {SignedText} from '../../journal/job-texts.ts';
import type {FinalAnswer, Said} from './answer.ts';
import {reportConcluded} from './report-concluded.ts';

/** A step that waits for the answer of a job. */
export type Listener = {
  ref: JobRef;
  /** Makes that answer, inside the write that stores it: of `text`, which the job must have, or of what the worker said. */
  make: (said: Said, text: SignedText | null) => FinalAnswer | NoAnswer;
  /** The job is concluded with it. */
  answered: (answer: FinalAnswer) => void;
  /** An answer is on disk, and waits for its checks: no worker is asked meanwhile. */
  checking: () => void;
  /** What came for this request is no answer. */
  invalid: (requestId: string, why: string) => void;
};

/** An answer as it was made inside a write. */
export type Made = {answer: FinalAnswer; ref: JobRef};

/** The steps that wait for answers, by the number of their job, and the answers that come before them. */
export type Listeners = {
  of(seq: number): Listener | undefined;
  /** A job that is being stored was asked about: its answer may come before a step listens, and is kept for that step. */
  expect(seq: number): void;
  /** That job was not stored under this number. */
  forget(seq: number): void;
  /** Hears of the answer of a job. @returns ends that */
  listen(seq: number, listener: Listener): () => void;
  /** Hands the stored answer to the step that waits for it, keeps it for one that will, or reports it. */
  announce(seq: number, made: Made): void;
  /** An answer of the job is on disk, and waits for its checks. */
  checking(seq: number): void;
  /** What came for a request, of whatever job, is no answer. */
  invalid(requestId: string, why: string): void;
};

/** @param deps.onAnswered a job that no step listens for is concluded */
export function createListeners(deps: {emit: Emit; onAnswered: (seq: number) => void}): Listeners {
  const listeners = new Map<number, Listener>();
  /** Answers that came before the step that waits for them. */
  const expected = new Map<number, FinalAnswer | 'checking' | null>();
  return {
    of: (seq) => listeners.get(seq),
    expect(seq) {
      expected.set(seq, null);
    },
    forget(seq) {
      expected.delete(seq);
    },
    listen(seq, listener) {
      listeners.set(seq, listener);
      const early = expected.get(seq);
      expected.delete(seq);
      if (early === 'checking') listener.checking();
      else if (early !== undefined && early !== null) listener.answered(early);
      return () => {
        if (listeners.get(seq) === listener) listeners.delete(seq);
      };
    },
    announce(seq, {answer, ref}) {
      const listener = listeners.get(seq);
      if (listener !== undefined) listener.answered(answer);
      else if (expected.has(seq)) expected.set(seq, answer);
      else {
        reportConcluded(deps.emit, ref, answer);
        deps.onAnswered(seq);
      }
    },
    checking(seq) {
      const listener = listeners.get(seq);
      if (listener !== undefined) listener.checking();
      else if (expected.get(seq) === null) expected.set(seq, 'checking');
    },
    invalid(requestId, why) {
      for (const {invalid} of [...listeners.values()]) invalid(requestId, why);
    },
  };
}
