import type {VrfProof} from '../../../protocol/vrf/ecvrf.ts';
import {
  sample,
  vrfInput,
  type Sampling as Sampled,
  type SamplingRange,
} from '../../../protocol/vrf/sampling.ts';
import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {Emit} from '../../events/events.ts';
import {answerWithoutWorker, finalAnswer, type FinalAnswer} from './answer.ts';
import type {Clocked, Sampling} from './parts.ts';
import {refOf} from './record.ts';

/** What the VRF says of a job with a range, and the answer that follows from it; null when a worker has to answer. */
export type SamplingOutcome = {range: SamplingRange; sampling: Sampled; answer: FinalAnswer | null};

export type Sampler = {
  /**
   * Samples a job that comes alone at once, one of many when its proof is ready: proofs are made in the order of the jobs.
   * @param offload the proof may be made beside the event loop
   */
  sample(
    job: DispatchJob,
    range: SamplingRange,
    offload: boolean,
  ): SamplingOutcome | Promise<SamplingOutcome>;
  /** Reports the outcome, once the job is in the journal. */
  report(record: JobRecord, outcome: SamplingOutcome): void;
};

/** Decides by VRF which jobs this operator must verify. */
export function createSampler(deps: Sampling & Pick<Clocked, 'time'> & {emit: Emit}): Sampler {
  const {prover, kinds, vrfSortPrecision, time} = deps;

  function withProof(proof: VrfProof, job: DispatchJob, range: SamplingRange): SamplingOutcome {
    const proved = {publicKey: prover.publicKey, prove: () => proof};
    const sampling = sample(proved, {prompt: job.prompt, ...job.key}, range, vrfSortPrecision);
    const answer = answerWithoutWorker(job, sampling, kinds);
    return {
      range,
      sampling,
      answer: answer === null ? null : {...finalAnswer(job, answer, deps, time.now()), range},
    };
  }

  return {
    sample(job, range, offload) {
      const proof = prover.prove(vrfInput(job.prompt).alpha, offload);
      return proof instanceof Promise
        ? proof.then((proved) => withProof(proved, job, range))
        : withProof(proof, job, range);
    },
    report(record, {sampling: {r, threshold, vrf, valid}}) {
      deps.emit({type: 'job_sampled', job: refOf(record), selected: valid && vrf.selected, r, threshold});
    },
  };
}
