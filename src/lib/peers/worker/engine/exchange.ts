import type {EngineConfig} from '../../../config/config.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {createGatherer, type Gathered} from './gather.ts';
import type {EngineHttp, OpenReply} from './http.ts';
import type {Limit} from './limit.ts';
import {readEvents, readRefusal, readWhole} from './read-answer.ts';
import {judgeStatus, wrongType, type Asked} from './refusal.ts';
import type {Sampling} from './sampling.ts';
import {watchSilence} from './silence.ts';

/** One request as an engine gets it. */
export type EngineRequest = {model: string; prompt: string; sampling: Sampling};

/**
 * Puts a request, and reads what comes.
 * @throws AosError as Engine.ask, or the signal's reason
 */
export type Exchange = (request: EngineRequest, limit: Limit) => Promise<Gathered>;

/** @param deps.pause takes for how long the engine wants to be left alone, ms */
export function createExchange(
  config: EngineConfig,
  deps: {http: EngineHttp; asked: Asked; time: Time; pause: (ms: number) => void},
): Exchange {
  const {http, asked, time, pause} = deps;
  const {name} = http;

  async function refuse(reply: OpenReply, words: () => Promise<string>): Promise<void> {
    if (reply.status >= 200 && reply.status <= 299) return;
    const failure = judgeStatus(asked, {...reply, body: await words()}, time);
    const waitMs = failure?.details['retryAfterMs'];
    if (typeof waitMs === 'number') pause(waitMs);
    if (failure !== null) throw failure;
  }

  return async (request, {signal, end}) => {
    const watch = watchSilence(http, end, {time, signal});
    try {
      const reply = await http.post(asked.path, requestBody(config, request), signal);
      const reading = {name, http, time, onBytes: watch.heard, signal};
      await refuse(reply, () => readRefusal(reply, reading));
      const gatherer = createGatherer(name, request.sampling, http.mask);
      if (reply.contentType.includes('event-stream')) await readEvents(reply, gatherer, reading);
      else if (reply.contentType.includes('application/json')) await readWhole(reply, gatherer, reading);
      else {
        reply.leave();
        throw wrongType(asked, reply.contentType);
      }
      const said = gatherer.answer();
      if (!http.isIn(said.text)) return said;
      throw new AosError('WORKER_BAD_ANSWER', `${name} sent a text that has the API key in it`, {
        next: say('Find out what puts it there: the engine’s log, and what is in front of it.'),
      });
    } finally {
      watch.done();
    }
  };
}

/** The body of a request: the prompt, and everything that decides about the text. */
function requestBody({api, logprobs}: EngineConfig, {model, prompt, sampling}: EngineRequest): string {
  const text = JSON.stringify;
  const question =
    api === 'chat' ? `"messages":[{"role":"user","content":${text(prompt)}}]` : `"prompt":${text(prompt)}`;
  // The older API counts the alternatives; one of them is the chosen token in every server.
  const wished = logprobs ? [api === 'chat' ? '"logprobs":true' : '"logprobs":1'] : [];
  const members = [
    `"model":${text(model)}`,
    question,
    ...sampling.fields.map(([field, json]) => `${text(field)}:${json}`),
    ...wished,
    '"stream":true,"stream_options":{"include_usage":true}',
  ];
  return `{${members.join(',')}}`;
}
