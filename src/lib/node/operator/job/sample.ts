import {concluded} from './conclude-text.ts';
import {dispatchOf, recordOf} from './record.ts';
import {NO_WORK, prepareWork} from './prepare-work.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Recording, Sampling, Workers} from './parts.ts';
import type {Sampler} from './sampler.ts';
import type {Load} from './scheduling.ts';
import {textKey} from './text-key.ts';
import type {Others} from '../../journal/job-texts.ts';

/** Samples a received job by VRF: concludes it, or selects it for a worker. */
export function createSample(
  deps: Recording & Clocked & Workers & Pick<Sampling, 'ranges'> & {sampler: Sampler; load: Load},
): StepOf {
  const {journal, retryJournalWrite, ranges, sampler, load} = deps;
  /** (job_id, tag) whose selection, and with it the request of one position, is on its way into the journal. */
  const selecting = new Set<string>();

  return async (job) => {
    const {seq} = job;
    const record = job.record ?? recordOf(journal, seq);
    job.record = undefined;
    const dispatch = dispatchOf(record);
    const range = ranges.known() ?? (await ranges.get(deps.stopping));
    const outcome = await sampler.sample(dispatch, range, load.isCrowded());
    sampler.report(record, outcome);
    const {answer, sampling} = outcome;
    if (answer !== null && (await retryJournalWrite(() => journal.conclude(seq, answer)))) {
      concluded(job, record, answer, deps);
      return 'deliver';
    }
    // Selected for a (job_id, tag) that has a text, or gets one, under another position: that is said here too.
    const text = textKey(record.key);
    const isElsewhere = selecting.has(text) || isShared(journal.others(record));
    const work = answer !== null || isElsewhere ? NO_WORK : prepareWork(deps, dispatch, load);
    if (work !== NO_WORK) selecting.add(text);
    try {
      await retryJournalWrite(
        () => journal.select(seq, sampling.vrf, work.firstRequest(seq), range),
        () => work.dropEarly(),
      );
    } catch (error) {
      work.dropEarly();
      throw error;
    } finally {
      if (work !== NO_WORK) selecting.delete(text);
    }
    const {vrf} = sampling;
    Object.assign(job, work.journalled({...record, state: 'selected', vrf, range}, dispatch));
    return 'work';
  };
}

function isShared({text, isAsked}: Others): boolean {
  return text !== null || isAsked;
}
