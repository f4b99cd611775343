/** The worker's faults; read again for each request, so they may change while the worker runs. */
export type OpmlFaults = {
  /** Post every answer twice. */
  answerTwice?: boolean;
  /** Wait this long before posting an answer, ms; the published worker is busy meanwhile. */
  lateMs?: number;
  /** Answer with an unknown request id. */
  otherId?: boolean;
  /** Accept requests and never answer them. */
  never?: boolean;
  /** Refuse every request with HTTP 500. */
  refuse?: boolean;
  /** Refuse every request as busy: as the published worker does, or with HTTP 503. */
  busy?: 400 | 503;
  /** Take every request and answer none until it is started anew, with a status that is well. */
  locked?: boolean;
  /** End at a prompt with {@link POISON} in it, after taking it; a supervisor starts the worker again. */
  diesOnPrompt?: boolean;
  /** End in the middle of every second request, the first among them; a supervisor starts the worker again. */
  restarts?: boolean;
  /** Post the answer before the reply to the request. */
  early?: boolean;
  /** Answer with an empty text. */
  emptyAnswer?: boolean;
  /** Answer with a text of 5 MiB. */
  hugeAnswer?: boolean;
};

/** What kills a worker with `diesOnPrompt`. */
export const POISON = 'poison';

/** A fault by name: what it does, in words. */
export type NamedWorkerFault = {readonly means: string; readonly worker: OpmlFaults};

/** The faults by the names that `--fault` takes after `worker-`. */
export const WORKER_FAULTS = {
  locked: {
    means: 'the worker takes requests and answers none, with a status that is well',
    worker: {locked: true},
  },
  busy400: {means: 'the worker is busy for ever, as the published one says it', worker: {busy: 400}},
  busy503: {means: 'the worker is busy for ever, by HTTP 503', worker: {busy: 503}},
  'dies-on-prompt': {
    means: `a prompt with the word "${POISON}" ends the worker, which is started again`,
    worker: {diesOnPrompt: true},
  },
  restart: {
    means: 'the worker ends in the middle of every second request, and is started again',
    worker: {restarts: true},
  },
  'early-callback': {means: 'the answer comes before the reply to its request', worker: {early: true}},
  silent: {means: 'the worker never answers', worker: {never: true}},
  'empty-answer': {means: 'the worker answers with an empty text', worker: {emptyAnswer: true}},
  'huge-answer': {means: 'the worker answers with 5 MiB', worker: {hugeAnswer: true}},
  'foreign-callback': {means: 'the worker answers a request that there is not', worker: {otherId: true}},
} as const satisfies Readonly<Record<string, NamedWorkerFault>>;

const HUGE = 5 * 1024 * 1024;

/** The text that is posted in place of an answer. */
export function faultyAnswer(
  text: string,
  {emptyAnswer = false, hugeAnswer = false}: Pick<OpmlFaults, 'emptyAnswer' | 'hugeAnswer'>,
): string {
  if (emptyAnswer) return '';
  return hugeAnswer ? 'x'.repeat(HUGE) : text;
}

/** Whether the worker ends after taking this request, the `nth` one that it took. */
export function endsWith(prompt: string, nth: number, {diesOnPrompt, restarts}: OpmlFaults): boolean {
  return (diesOnPrompt === true && prompt.includes(POISON)) || (restarts === true && nth % 2 === 1);
}
