import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import type {JobSubmission} from '../../peers/dispatcher/rest.ts';

/** The flags of a job. */
export type JobFlags = {
  prompt: string;
  model?: string | undefined;
  kind: string;
  /** The name of one of the devnet's proofs, or any other text, which is sent as it is. */
  proof?: string | undefined;
};

const PROOF_NAME = /^[a-z0-9-]+$/;
/** The model of a job that names none. */
const MODELS = {text: 'tiny-llm', zkml: 'mean'} as const;

/**
 * The job that the flags describe. A zkml job that names no proof gets the first of its model.
 * @param proofsUrl where the devnet has its proofs, asked only for the name of one; undefined: nowhere
 * @throws AosError USAGE | DEVNET_NOT_RUNNING
 */
export function submissionOf(
  {prompt, model, kind, proof}: JobFlags,
  proofsUrl: () => string | undefined,
): JobSubmission {
  if (kind !== 'zkml') {
    if (proof !== undefined) throw new AosError('USAGE', `--proof is for zkml jobs, and this one is ${kind}`);
    return {prompt, model: model ?? MODELS.text, kind};
  }
  const asked = model ?? MODELS.zkml;
  const named = proof ?? `${asked}-0`;
  if (!PROOF_NAME.test(named)) return {prompt, model: asked, kind, proofPath: named};
  const base = proofsUrl();
  if (base === undefined) {
    throw new AosError('USAGE', 'this devnet has no zkml worker, so it has no proofs', {
      next: run('devnet up', ['--kind', 'zkml']),
    });
  }
  return {prompt, model: asked, kind, proofPath: `${base}/${named}.json`};
}
