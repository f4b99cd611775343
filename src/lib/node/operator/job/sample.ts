import {concluded} from './conclude-text.ts';
import {dispatchOf, recordOf} from './record.ts';
import {NO_WORK, prepareWork} from './prepare-work.ts';
import type {StepOf} from './job.ts';
import type {Clocked, Recording, Sampling, Workers} from './parts.ts';
import type {Sampler} from './sampler.ts';
import type {Load} from './scheduling.ts';

/** Samples a received job by VRF: concludes it, or selects it for a worker. */
export function createSample(
  deps: Recording & Clocked & Workers & Pick<Sampling, 'ranges'> & {sampler: Sampler; load: Load},
): StepOf {
  const {journal, retryJournalWrite, ranges, sampler, load} = deps;

  return async (job) => {
    const {seq} = job;
    const record = recordOf(journal, seq);
    const dispatch = dispatchOf(record);
    const range = ranges.known() ?? (await ranges.get(deps.stopping));
    const outcome = await sampler.sample(dispatch, range, load.isCrowded());
    sampler.report(record, outcome);
    const {answer, sampling} = outcome;
    const {text, isAsked} = journal.others(record);
    const isShared = text !== null || isAsked;
    // Selected for a (job_id, tag) that has a text, or gets one, under another position: that is said here too.
    if (answer !== null && !(isShared && answer.vrf.selected)) {
      await retryJournalWrite(() => journal.conclude(seq, answer));
      concluded(job, record, answer, deps);
      return 'deliver';
    }
    const work = isShared ? NO_WORK : prepareWork(deps, dispatch, load);
    await retryJournalWrite(
      () => journal.select(seq, sampling.vrf, work.firstRequest(seq), range),
      () => work.dropEarly(),
    );
    const {vrf} = sampling;
    Object.assign(job, work.journalled({...record, state: 'selected', vrf, range}, dispatch));
    return 'work';
  };
}
