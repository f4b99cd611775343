import type {EngineConfig} from '../../config/config.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createEngine} from './engine/engine.ts';
import {whyNoSampling} from './engine/sampling.ts';
import type {AskedText, ClientConfig, WorkerClient, WorkerDriver} from './driver.ts';

/** Most characters of a model’s name that are shown. */
const MOST_NAME = 100;
/** A check needs a few words, and an answer that it limits itself is whole. */
const CHECK_PARAMS = new Map([['max_tokens', {text: '16'}]]);

/** Workers of kind opml that are OpenAI-compatible servers (docs/adr/0060-any-engine-as-a-worker.md). */
export function openaiDriver(engine: EngineConfig, time: Time): WorkerDriver {
  const [usual = ''] = engine.models.keys();
  return {
    kind: 'opml',
    mostAtOnce: null,
    sticks: false,
    restart: (host) => say(`Restart the engine at ${host}, and check its log.`),
    hangs: 'an engine hangs like this when its GPU does',
    idle: () => null,
    createClient: (url, config) => createOpenaiClient(url, engine, config, time),
    whyUnfit: (job) => whyUnfit(job, engine),
    needsKnownGood: false,
    checkJob: ({model, prompt}) => ({
      model: engine.models.has(model) ? model : usual,
      prompt,
      params: CHECK_PARAMS,
    }),
  };
}

function whyUnfit({model, params}: AskedText, {models}: EngineConfig): string | null {
  if (!models.has(model)) return `workers.opml.models names no model "${safeText(model, MOST_NAME)}"`;
  return whyNoSampling(params);
}

function createOpenaiClient(
  url: string,
  config: EngineConfig,
  {answerTimeoutMs}: Pick<ClientConfig, 'answerTimeoutMs'>,
  time: Time,
): WorkerClient {
  const engine = createEngine(url, config, {answerTimeoutMs, time});
  return {
    url: engine.url,
    host: engine.host,
    name: engine.name,
    async status(signal) {
      const {busy, places, about} = await engine.look(signal);
      return {method: 'GET', busy, open: null, nodeId: null, places, isIdle: false, about};
    },
    async ask({requestId, model, prompt, params, replied}, signal) {
      const {body, doubt} = await engine.ask({requestId, model, prompt, params}, signal);
      await replied({body, doubt});
      if (doubt !== null) throw doubt;
    },
    prove: () => Promise.resolve(),
    close: () => engine.close(),
  };
}
