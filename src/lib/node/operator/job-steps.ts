import type {DispatchJob} from '../../protocol/wire/messages.ts';
import type {JobState} from '../events/job-states.ts';

/**
 * The steps of a job, in this order. Each step writes to the journal before the next begins, so a job continues after a
 * crash where it was. A step may be repeated, but the content of an answer is made once.
 */
export type JobSteps = {
  /**
   * Journals the jobs of one frame and acknowledges the frame. A single job with none waiting before it is sampled first,
   * so one write stores it as received and concluded, or as received and selected.
   */
  receive(jobs: readonly DispatchJob[], frame: Frame): Promise<void>;
  /** Samples a received job by VRF: concludes it, or selects it for a worker. */
  sample(seq: number): Promise<void>;
  /** Has a selected job answered by a worker, and concludes it. */
  work(seq: number): Promise<void>;
  /** Signs and sends a concluded job's answer, and has it sent again until it is accepted or too old. */
  deliver(seq: number): Promise<void>;
};

export type Frame = {id: string; text: string; signer: string | null};

/** What a job can wait for: to be sampled, to be answered by a worker, to be delivered. */
export type Waiting = Extract<JobState, 'received' | 'selected' | 'concluded'>;

/** Room for one job. */
export type Reservation = {
  /** The job of this kind is in the journal in this state: it enters the queue of that state. */
  claim(seq: number, state: Waiting, kind: string): void;
  /** There is no such job after all; harmless when it was taken. */
  release(): void;
};
