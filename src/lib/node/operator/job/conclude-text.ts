import type {Emit} from '../../events/events.ts';
import type {MakeAnswer} from '../../journal/journal.ts';
import type {JobRecord} from '../../journal/records.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {answerFor, type Answering, type FinalAnswer, type Said} from './answer.ts';
import type {Job} from './job.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import {refOf} from './record.ts';
import {reportConcluded} from './report-concluded.ts';
import type {Load} from './scheduling.ts';

/** Reports that the one answer of a job is on disk, and leaves it at hand for its delivery when that comes at once. */
export function concluded(
  job: Job,
  record: JobRecord,
  {outcome, reason, content, vrf}: FinalAnswer,
  {emit, load}: {emit: Emit; load: Pick<Load, 'deliversNow'>},
): void {
  if (load.deliversNow()) job.record = {...record, state: 'concluded', outcome, content, vrf};
  reportConcluded(emit, refOf(record), {outcome, reason});
}

/** No worker is asked what is said already. */
const NOTHING: Said = {answer: '', model: '', prompt: ''};

/**
 * Concludes a job that no callback concludes: with the text that its (job_id, tag) has already, else with `own`. Those that
 * wait for the same text get it in the same write.
 * @returns false when the job has its answer already
 */
export async function concludeText(
  deps: Recording & Clocked & Answering & Pick<Workers, 'onAnswered'> & {load: Load},
  job: Job,
  record: JobRecord,
  own: () => FinalAnswer,
): Promise<boolean> {
  const {journal, retryJournalWrite, time, emit} = deps;
  const made = new Map<number, {record: JobRecord; answer: FinalAnswer}>();
  const make: MakeAnswer = (seq, read, text) => {
    const one = seq === record.seq ? record : read();
    const answer = text === null ? own() : answerFor(one, {said: NOTHING, text}, deps, time.now());
    if ('noAnswer' in answer)
      throw new AosError('BUG', `job ${seq} cannot have the text of job ${record.seq}`);
    made.set(seq, {record: one, answer});
    return answer;
  };
  const seqs = await retryJournalWrite(() => journal.concludeText(record.seq, make));
  for (const seq of seqs) {
    const one = made.get(seq);
    if (one === undefined) continue;
    if (seq === record.seq) {
      concluded(job, record, one.answer, deps);
      continue;
    }
    reportConcluded(emit, refOf(one.record), one.answer);
    deps.onAnswered(seq);
  }
  return seqs.length > 0;
}
