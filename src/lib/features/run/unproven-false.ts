import type {WorkerConfig} from '../../config/config.ts';
import type {AnswerCheck, CheckVerdict} from '../../node/operator/check-port.ts';

const UNPROVEN: CheckVerdict = {
  verdict: 'held',
  code: 'WORKER_UNPROVEN',
  then: 'ask_again',
  message: 'the worker says false, and the configuration has no check for it any more',
};

/**
 * The check of a second worker, which lets no `false` of a zkml worker pass that was taken because the engine was to say the
 * same, when the configuration has neither that check nor a proof that is known to be good any more: two workers without their SRS
 * say `false` alike.
 */
export function withoutUnproven(check: AnswerCheck, {knownGood = null, proofs}: WorkerConfig): AnswerCheck {
  if (check.kind !== 'zkml' || knownGood !== null) return check;
  const hasEngine = (model: string): boolean =>
    proofs !== undefined && proofs.verify !== 'worker' && proofs.models.has(model);
  return {
    ...check,
    check: (answer, signal) =>
      answer.said.answer === 'false' && !hasEngine(answer.model)
        ? Promise.resolve(UNPROVEN)
        : check.check(answer, signal),
  };
}
