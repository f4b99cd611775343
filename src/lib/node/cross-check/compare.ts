import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {readEngineWords, type EngineWords, type TokenLogprob} from '../../protocol/wire/engine-answer.ts';

/** One of two answers to the same question: its text, and the body that it came in. */
export type Compared = {text: string; body: string};

/** What two answers are to each other. What could not be compared is neither the same nor different. */
export type Comparison = {verdict: 'same' | 'different' | 'not_compared'; why: string};

/**
 * Two engines of different builds that run one model differ by rounding alone: in the mean of the differences of the chosen
 * tokens' logarithms of probability, and in the largest one. Another model, or another quantization, is further away.
 */
export const MOST_MEAN = 0.1;
export const MOST_ONE = 1;

/**
 * Compares the answers of two workers of a kind; null: for this kind no comparison is defined, since the published worker
 * answers the same question differently each time. Symmetric; `same` only for equal texts.
 */
export function compareAnswers(kind: WorkerKind, first: Compared, second: Compared): Comparison | null {
  switch (kind) {
    case 'zkml':
      return compareWords(first.text, second.text);
    case 'opml':
      return compareEngines(
        {text: first.text, said: wordsIn(first.body)},
        {text: second.text, said: wordsIn(second.body)},
      );
    case 'tee':
      return null;
  }
}

function wordsIn(body: string): EngineWords {
  return readEngineWords(Buffer.from(body));
}

function compareWords(first: string, second: string): Comparison {
  const isWord = (text: string): boolean => text === 'true' || text === 'false';
  if (!isWord(first) || !isWord(second))
    return {verdict: 'not_compared', why: 'one of them says neither true nor false'};
  if (first === second) return {verdict: 'same', why: `both say ${first}`};
  return {verdict: 'different', why: `the first says ${first} and the second ${second}`};
}

type Spoken = {text: string; said: EngineWords};

/** Engines of one build by equality, others by a tolerance over the logprobs of an equal text. */
function compareEngines(first: Spoken, second: Spoken): Comparison {
  const [a, b] = [first.said, second.said];
  if (a.identity === null || b.identity === null)
    return {verdict: 'not_compared', why: 'one of them is no answer of an engine'};
  if (a.identity === b.identity && a.isPinned && b.isPinned)
    return first.text === second.text
      ? {verdict: 'same', why: 'engines of one build gave the same text'}
      : {verdict: 'different', why: 'engines of one build gave two texts'};
  if (a.logprobs.length === 0 || b.logprobs.length === 0)
    return {
      verdict: 'not_compared',
      why: 'the engines are not of one build, and one of them gave no logprobs',
    };
  if (!isOf(first) || !isOf(second))
    return {verdict: 'not_compared', why: 'the tokens of an answer are not those of its text'};
  return first.text === second.text
    ? compareLogprobs(a.logprobs, b.logprobs)
    : whereTheyPart(a.logprobs, b.logprobs);
}

/** Whether the tokens are the text, with nothing but blanks and marks of its end around it. */
function isOf({text, said}: Spoken): boolean {
  const joined = said.logprobs.map(({token}) => token).join('');
  return joined.trim().startsWith(text.trim());
}

function compareLogprobs(a: readonly TokenLogprob[], b: readonly TokenLogprob[]): Comparison {
  const count = Math.min(a.length, b.length);
  // An engine may say the mark of the end, which the other leaves out.
  if (Math.abs(a.length - b.length) > 1 || firstOther(a, b) !== null)
    return {verdict: 'not_compared', why: 'the engines cut the same text into other tokens'};
  const gaps = a.slice(0, count).map(({logprob}, at) => Math.abs(logprob - (b[at]?.logprob ?? 0)));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count;
  const most = Math.max(...gaps.map((gap) => gap));
  const found = `mean ${mean.toFixed(4)}, largest ${most.toFixed(4)} over ${count} tokens`;
  return mean <= MOST_MEAN && most <= MOST_ONE
    ? {verdict: 'same', why: `the same text, and logprobs within the tolerance (${found})`}
    : {verdict: 'different', why: `the same text by other probabilities (${found}): another model`};
}

/**
 * Two texts that begin alike. At the token where they part, each engine may have had to choose between two that are as
 * likely, which rounding decides: then nothing is known of the rest.
 */
function whereTheyPart(a: readonly TokenLogprob[], b: readonly TokenLogprob[]): Comparison {
  const at = firstOther(a, b);
  const [one, other] = at === null ? [undefined, undefined] : [a[at], b[at]];
  if (at === null || one === undefined || other === undefined)
    return {verdict: 'different', why: 'one text is the beginning of the other'};
  const place = `at token ${at + 1} of ${Math.max(a.length, b.length)}`;
  const isTie =
    Math.abs(one.logprob - other.logprob) <= MOST_MEAN &&
    Math.max(one.logprob, other.logprob) <= Math.log(0.5) + MOST_MEAN;
  return isTie
    ? {verdict: 'not_compared', why: `the texts part ${place}, where both tokens are as likely`}
    : {verdict: 'different', why: `the texts part ${place}`};
}

/** Where the tokens are not the same any more; null: as far as both go they are. */
function firstOther(a: readonly TokenLogprob[], b: readonly TokenLogprob[]): number | null {
  const count = Math.min(a.length, b.length);
  for (let at = 0; at < count; at += 1) if (a[at]?.token !== b[at]?.token) return at;
  return null;
}
