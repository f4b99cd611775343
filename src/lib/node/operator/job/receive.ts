import {createSequencer} from '../../../foundation/async/sequencer.ts';
import type {FrameJob} from '../../../protocol/wire/frame-jobs.ts';
import type {SamplingRange} from '../../../protocol/vrf/sampling.ts';
import type {InitialState, NewJob} from '../../journal/records.ts';
import type {Frame} from '../inbox.ts';
import type {Duplicates} from './duplicates.ts';
import type {Job} from './job.ts';
import {prepareWork, type PreparedWork} from './prepare-work.ts';
import type {Clocked, Recording, Sampling, Workers} from './parts.ts';
import {concluded} from './conclude-text.ts';
import type {ResultCheck} from './result-check.ts';
import {isOtherJob} from './same-job.ts';
import type {Sampler} from './sampler.ts';
import type {Reservation, Scheduler} from './scheduling.ts';
import {textKey} from './text-key.ts';
import {createStoreJobs, isLarge, reportReceived, type Incoming} from './store-jobs.ts';

/** What became of the jobs of a frame. */
export type Received = {
  /** Jobs that were not taken since another job has their id. */
  others: readonly FrameJob[];
  /** Resolves when the acknowledgement was sent, or never will be; null: none of the jobs was taken, so there is none. */
  acknowledged: Promise<void> | null;
};

/** Journals the jobs of one frame, acknowledges it, and hands the jobs to the scheduler. */
export type Receive = (jobs: readonly FrameJob[], frame: Frame) => Promise<Received>;

/** A job may be sampled now, with this range. */
type SamplingSlot = {reservation: Reservation; range: SamplingRange};

export type ReceiveDeps = Recording &
  Clocked &
  Workers &
  Pick<Sampling, 'ranges'> & {
    sampler: Sampler;
    scheduler: Scheduler;
    duplicates: Duplicates;
    /** After a restore a job is stored and acknowledged first, and looked up before it is sampled. */
    check: Pick<ResultCheck, 'isOn'>;
  };

/**
 * The first step of a job, and the only one that the scheduler does not call. There are two ways through it:
 * - the short way: a job that comes alone, with no job before it, is sampled first, so that it is received and concluded,
 *   or received and selected, in one write;
 * - else the jobs are stored as received, acknowledged, and sampled when it is their turn.
 * Both acknowledge a frame only when its jobs are durable.
 */
export function createReceive(deps: ReceiveDeps): Receive {
  const {journal, retryJournalWrite, time, emit, ranges, scheduler, sampler} = deps;
  /** Texts of jobs that are sampled before they are stored: one that comes twice must not reach a worker twice. */
  const sampling = new Set<string>();
  /** Jobs on their way into the journal that are sampled later: what comes after them must not overtake them. */
  let unsampled = 0;
  /** Jobs enter the journal as they came, also when one is sampled meanwhile and the next is not. */
  const entry = createSequencer();
  const storeJobs = createStoreJobs(deps, entry);

  return async (jobs, frame) => {
    let acknowledged: Promise<void> | null = null;
    const acknowledge = (taken: number): void => {
      const message = taken === frame.total ? 'success' : `${taken} of ${frame.total} jobs taken`;
      acknowledged = frame.respond(frame.id, {code: 200, message});
    };
    const incoming = jobs.map((job) => ({job, row: rowOf(job, frame, time.now())}));
    const [first] = incoming;
    // Many jobs of one frame, sampled as they come, would delay the acknowledgement.
    const slot = first !== undefined && incoming.length === 1 && !isLarge(frame) ? slotFor(first.job) : null;
    if (first !== undefined && slot !== null) {
      const isTaken = await receiveSampled(first, slot, () => acknowledge(1));
      return {others: isTaken ? [] : [first.job], acknowledged};
    }
    unsampled += 1;
    const {stored, others} = await storeJobs(incoming).finally(() => (unsampled -= 1));
    // Sampled first: then the selection is written before the signer's answer to the acknowledgement comes in.
    for (const job of stored) scheduler.add(job, 'sample');
    if (others.length < jobs.length) acknowledge(jobs.length - others.length);
    return {others, acknowledged};
  };

  /**
   * Capacity to sample a job before it is stored, and the range for it. A job that is known already is not sampled again,
   * and one whose (job_id, tag) is known has its text from there.
   */
  function slotFor({key}: FrameJob): SamplingSlot | null {
    const range = ranges.known();
    if (unsampled > 0 || range === undefined || deps.check.isOn()) return null;
    if (sampling.has(textKey(key)) || journal.knows(key)) return null;
    const reservation = scheduler.reserve();
    return reservation === null ? null : {reservation, range};
  }

  /**
   * The short way: samples a job, stores it with what came of that, and acknowledges it, in this order.
   * @returns false when another job has its id
   */
  async function receiveSampled(
    {job, row}: Incoming,
    {reservation, range}: SamplingSlot,
    acknowledge: () => void,
  ): Promise<boolean> {
    const ticket = entry.take();
    const key = textKey(job.key);
    sampling.add(key);
    let prepared: PreparedWork | undefined; // until the scheduler has it
    try {
      const dispatch = job.read();
      const outcome = await sampler.sample(dispatch, range, scheduler.isCrowded());
      const {answer} = outcome;
      const work = answer === null ? prepareWork(deps, dispatch, scheduler) : undefined;
      prepared = work;
      const initialState = (seq: number): InitialState => {
        if (answer !== null) return {state: 'concluded', answer};
        return {state: 'selected', vrf: outcome.sampling.vrf, range, first: work?.firstRequest(seq)};
      };
      await ticket.ready;
      const receiving = retryJournalWrite(
        () => journal.receive(row, initialState),
        () => work?.dropEarly(),
      );
      ticket.done();
      const {known, record} = await receiving;
      if (known && isOtherJob(record, job)) return false;
      reportReceived(deps, {known, record}, row);
      if (known) {
        acknowledge();
        return true;
      }
      sampler.report(record, outcome);
      if (answer === null || record.state === 'selected') {
        prepared = undefined;
        reservation.claim({seq: record.seq, ...work?.journalled(record, dispatch)}, 'work', dispatch.kind);
        acknowledge();
      } else {
        const concludedJob: Job = {seq: record.seq};
        concluded(concludedJob, record, answer, {emit, load: scheduler});
        acknowledge();
        reservation.claim(concludedJob, 'deliver', dispatch.kind);
      }
      return true;
    } finally {
      prepared?.dropEarly();
      sampling.delete(key);
      ticket.done();
      reservation.release();
    }
  }
}

function rowOf(
  {key, kind, model, clock, span, index}: FrameJob,
  {bytes, signer}: Frame,
  receivedAt: number,
): NewJob {
  return {key, receivedAt, frame: bytes, span, index, kind, model, signer, clock};
}
