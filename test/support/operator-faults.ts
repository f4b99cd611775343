import type {DispatcherFaults} from '../../src/devnet/dispatcher/faults.ts';
import type {FrameSpec} from '../../src/devnet/dispatcher/frames.ts';
import {AosError} from '../../src/lib/foundation/errors/error.ts';
import {ANSWERS, type Faults, type JournalFault, type WorkerAnswers} from './operator-plan.ts';
import type {Asked, Rig} from './operator-rig.ts';
import {settled} from './virtual-time.ts';
import type {Journal} from '../../src/lib/node/journal/journal.ts';

/** One after the other, until the calm; then `well`. */
function inTurn<T>(list: readonly T[], well: T, calm: AbortSignal): () => T {
  let n = 0;
  return () => (calm.aborted ? well : (list[n++] ?? well));
}

const FRAMES: Record<Faults['dispatch'][number], readonly FrameSpec[]> = {
  once: ['good'],
  twice: ['good', 'good'],
  'same again': ['good', 'same'],
  'late and again': [{delayMs: 2}, 'good', 'same'],
  garbled: ['garbage'],
  unsigned: ['unsigned'],
  lost: [],
};

export function dispatcherFaults(faults: Faults, calm: AbortSignal): DispatcherFaults {
  const dispatch = inTurn(faults.dispatch, 'once', calm);
  return {
    connect: inTurn(faults.connect, 'accept', calm),
    dispatch: () => FRAMES[dispatch()],
    result: inTurn(faults.result, 'judge', calm),
  };
}

/** When the rig's timers fire: some before all that is under way has come through, as on a slow machine. */
export function clockFaults(faults: Faults, calm: AbortSignal): () => number | null {
  return inTurn<number | null>(faults.clock, null, calm);
}

/** A journal whose disk refuses some writes, and is slow to tell of others. */
export function journalFaults(
  list: readonly JournalFault[],
  calm: AbortSignal,
): (journal: Journal) => Journal {
  const next = inTurn(list, {refused: false, turns: 0}, calm);
  const faulty =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const {refused, turns} = next();
      const written = refused ? null : {result: await write(...args)};
      await settled(turns);
      if (written === null) throw new AosError('JOURNAL_WRITE_FAILED', 'database or disk is full');
      return written.result;
    };
  return (journal) => ({
    ...journal,
    receive: faulty(journal.receive),
    select: faulty(journal.select),
    conclude: faulty(journal.conclude),
    concludeText: faulty(journal.concludeText),
    leave: faulty(journal.leave),
    taken: faulty(journal.taken),
    ended: faulty(journal.ended),
    signed: faulty(journal.signed),
    accepted: faulty(journal.accepted),
    ask: faulty(journal.ask),
    answer: faulty(journal.answer),
    read: faulty(journal.read),
    remember: faulty(journal.remember),
  });
}

/**
 * Makes the rig's worker do what the list says, each answer other than all before it.
 * @param onTaken is told of each answer that the operator has thanked for
 */
export function workerFaults(
  rig: Rig,
  list: Faults['question'],
  calm: AbortSignal,
  onTaken: (question: Asked) => void,
): void {
  const next = inTurn(list, ANSWERS, calm);
  const nap = (ms: number): Promise<void> => rig.time.sleep(ms, calm).catch(() => undefined);
  let answers = 0;

  async function post(question: Asked, {afterMs, id, text}: WorkerAnswers): Promise<void> {
    if (afterMs !== null && afterMs > 0) await nap(afterMs);
    answers += 1;
    const change = {
      answer: text === 'nothing' ? '' : `answer ${answers} to ${question.prompt}`,
      ...(id === 'another' ? {req_id: 'f'.repeat(32)} : {}),
    };
    for (let tries = 0; tries < 4; tries += 1) {
      const status = await rig.worker.answer(question, change);
      if (status === 200) onTaken(question);
      if (status !== 503) return;
      await nap(300);
    }
  }

  rig.worker.onQuestion = async (question) => {
    const {status, answers} = next();
    for (const answer of answers) if (answer.afterMs === null) await post(question, answer);
    for (const answer of answers) if (answer.afterMs !== null) void post(question, answer);
    if (status !== 'died') return status;
    rig.worker.status = 'hang-up';
    void nap(5_000).then(() => (rig.worker.status = '{"msg":"0"}'));
    return 0;
  };
}
