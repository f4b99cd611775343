import {createSequencer} from '../../../foundation/async/sequencer.ts';
import type {DispatchJob, JobKey} from '../../../protocol/wire/messages.ts';
import type {SamplingRange} from '../../../protocol/vrf/sampling.ts';
import type {Emit} from '../../events/events.ts';
import type {InitialState, JobRecord, NewJob} from '../../journal/records.ts';
import {PRUNED} from '../../journal/records.ts';
import type {Session} from '../session.ts';
import type {Job} from './job.ts';
import {prepareWork, type PreparedWork} from './prepare-work.ts';
import type {Clocked, Recording, Sampling, Workers} from './parts.ts';
import {concluded} from './conclude-text.ts';
import {refOf} from './record.ts';
import {isOtherJob} from './same-job.ts';
import type {Sampler} from './sampler.ts';
import type {Reservation, Scheduler} from './scheduling.ts';

/** The dispatcher's message that jobs came in. */
export type Frame = {id: string; text: string; signer: string | null};

/**
 * Journals the jobs of one frame, acknowledges it, and hands the jobs to the scheduler.
 * @returns the jobs that were not taken since another job has their id; a frame with such a job is not acknowledged
 */
export type Receive = (jobs: readonly DispatchJob[], frame: Frame) => Promise<readonly JobKey[]>;

/** A job of a frame, and the row that it becomes. */
type Incoming = {dispatch: DispatchJob; row: NewJob};

/** A job may be sampled now, with this range. */
type SamplingSlot = {reservation: Reservation; range: SamplingRange};

export type ReceiveDeps = Recording &
  Clocked &
  Workers &
  Pick<Sampling, 'ranges'> & {
    session: Pick<Session, 'responder'>;
    sampler: Sampler;
    scheduler: Scheduler;
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

  return async (jobs, frame) => {
    const respond = deps.session.responder();
    const acknowledge = (): void => respond(frame.id, {code: 200, message: 'success'});
    const bytes = Buffer.from(frame.text);
    const incoming = jobs.map((dispatch, index) => ({
      dispatch,
      row: rowOf(dispatch, {frame, bytes, index}, time.now()),
    }));
    const [first] = incoming;
    // Many jobs of one frame, sampled as they come, would delay the acknowledgement.
    const slot = first !== undefined && incoming.length === 1 ? slotFor(first.dispatch) : null;
    if (first !== undefined && slot !== null) {
      const isTaken = await receiveSampled(first, slot, acknowledge);
      return isTaken ? [] : [first.dispatch.key];
    }
    const {stored, others} = await store(incoming);
    // Sampled first: then the selection is written before the signer's answer to the acknowledgement comes in.
    for (const {seq} of stored) scheduler.add({seq}, 'sample');
    if (others.length === 0) acknowledge();
    return others;
  };

  /**
   * Capacity to sample a job before it is stored, and the range for it. A job that is known already is not sampled again,
   * and one whose (job_id, tag) is known has its text from there.
   */
  function slotFor({key}: DispatchJob): SamplingSlot | null {
    const range = ranges.known();
    if (unsampled > 0 || range === undefined) return null;
    if (sampling.has(keyText(key)) || journal.knows(key)) return null;
    const reservation = scheduler.reserve();
    return reservation === null ? null : {reservation, range};
  }

  /**
   * The short way: samples a job, stores it with what came of that, and acknowledges it, in this order.
   * @returns false when another job has its id
   */
  async function receiveSampled(
    {dispatch, row}: Incoming,
    {reservation, range}: SamplingSlot,
    acknowledge: () => void,
  ): Promise<boolean> {
    const ticket = entry.take();
    const key = keyText(dispatch.key);
    sampling.add(key);
    let prepared: PreparedWork | undefined; // until the scheduler has it
    try {
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
      if (known && isOtherJob(record, dispatch)) return false;
      report(emit, known, record, row);
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
        const job: Job = {seq: record.seq};
        concluded(job, record, answer, {emit, load: scheduler});
        acknowledge();
        reservation.claim(job, 'deliver', dispatch.kind);
      }
      return true;
    } finally {
      prepared?.dropEarly();
      sampling.delete(key);
      ticket.done();
      reservation.release();
    }
  }

  /** @returns the jobs that were new, and those whose id another job has */
  async function store(incoming: readonly Incoming[]): Promise<{stored: JobRecord[]; others: JobKey[]}> {
    const stored: JobRecord[] = [];
    const others: JobKey[] = [];
    const ticket = entry.take();
    unsampled += 1;
    try {
      await ticket.ready;
      for (const {row, dispatch} of incoming) {
        const receiving = retryJournalWrite(() => journal.receive(row));
        ticket.done();
        const {known, record} = await receiving;
        if (known && isOtherJob(record, dispatch)) {
          others.push(dispatch.key);
          continue;
        }
        report(emit, known, record, row);
        if (!known) stored.push(record);
      }
      return {stored, others};
    } finally {
      ticket.done();
      unsampled -= 1;
    }
  }
}

function rowOf(
  {key, kind, model, clock}: DispatchJob,
  {frame, bytes, index}: {frame: Frame; bytes: Uint8Array; index: number},
  receivedAt: number,
): NewJob {
  return {key, receivedAt, frame: bytes, span: null, index, kind, model, signer: frame.signer, clock};
}

function report(emit: Emit, known: boolean, record: JobRecord, {signer}: NewJob): void {
  const job = refOf(record);
  if (known) emit({type: 'job_duplicate', job, state: record.seq === PRUNED ? 'pruned' : record.state});
  else emit({type: 'job_received', job, signer});
}

function keyText({jobId, tag}: JobKey): string {
  return JSON.stringify([jobId, tag]);
}
