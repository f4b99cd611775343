import {isAosError} from '../../../foundation/errors/error.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {HeldThen} from '../../events/job-states.ts';
import type {CheckFacts, CheckResult, Judgement, KeptProof} from '../../journal/verdicts.ts';
import type {AnswerCheck, AnswerToCheck, CheckVerdict} from '../check-port.ts';

/** Most characters of a verdict’s message. */
const MOST_MESSAGE = 500;
/** Most characters of all facts of one verdict. */
const MOST_FACTS = 64 * 1024;

/**
 * A zkml worker’s false for which the configuration has no check any more: it may have come without a proof that is known to be
 * good, because the engine was to say the same.
 */
const UNPROVEN: Judgement = {
  verdict: 'held',
  then: 'ask_again',
  code: 'WORKER_UNPROVEN',
  message: 'the worker says false, and the configuration has no check for it any more',
  results: [],
};

/** Any other answer for whose check the configuration has none any more. */
const NO_CHECK: Judgement = {
  verdict: 'not_checked',
  code: 'ANSWER_NOT_CHECKED',
  message: 'the configuration has no check for it any more',
  results: [],
};

/**
 * Has an answer checked by one check after the other, until one of them does not let it pass. The whole is `ok` only if each of
 * them is.
 * @throws AosError the reason of the signal, when it ends the checks
 */
export async function runChecks(
  checks: readonly AnswerCheck[],
  answer: AnswerToCheck,
  signal: AbortSignal,
): Promise<Judgement> {
  const results: CheckResult[] = [];
  /** The first that found nothing out. */
  let open: Pick<Judgement, 'code' | 'message'> | null = null;
  let kept: {proof?: KeptProof} = {};
  for (const check of checks) {
    const verdict = await verdictOf(check, answer, signal);
    signal.throwIfAborted();
    const result = resultOf(check, verdict);
    results.push(result);
    if (verdict.proof !== undefined) kept = {proof: verdict.proof};
    const code = 'code' in verdict ? verdict.code : null;
    open ??= verdict.verdict === 'not_checked' ? {code, message: result.message} : null;
    const {message} = result;
    if (verdict.verdict === 'held')
      return {verdict: 'held', then: verdict.then, code, message, results, ...kept};
    if (verdict.verdict === 'refused') return {verdict: 'refused', code, message, results};
  }
  if (open !== null) return {verdict: 'not_checked', ...open, results, ...kept};
  const [first] = results;
  if (first === undefined)
    return answer.kind === 'zkml' && answer.said.answer === 'false' ? UNPROVEN : NO_CHECK;
  return {verdict: 'ok', code: null, message: first.message, results, ...kept};
}

/** What keeps a check from a verdict holds the answer: it is checked again. */
async function verdictOf(
  {check}: AnswerCheck,
  answer: AnswerToCheck,
  signal: AbortSignal,
): Promise<CheckVerdict> {
  try {
    return await check(answer, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    const then: HeldThen = 'check_again';
    return {verdict: 'held', code: error.code, message: error.message, then};
  }
}

function resultOf({name}: AnswerCheck, said: CheckVerdict): CheckResult {
  return {
    check: name,
    verdict: said.verdict,
    code: 'code' in said ? said.code : null,
    message: safeText(said.message, MOST_MESSAGE),
    facts: cutFacts(said.facts ?? {}),
  };
}

function cutFacts(facts: CheckFacts): CheckFacts {
  let left = MOST_FACTS;
  const kept: Record<string, string> = {};
  for (const [name, text] of Object.entries(facts)) {
    const some = text.slice(0, left).replace(/[\ud800-\udbff]$/, '');
    kept[name] = some;
    left -= some.length;
  }
  return kept;
}
