import {readFileSync} from 'node:fs';
import {parentPort, workerData} from 'node:worker_threads';
import {errorText} from '../../lib/foundation/errors/error.ts';
import type {LlmReply, LlmRequest, LlmThreadData} from './host.ts';
import {readModel} from './model.ts';
import {complete} from './llm.ts';

// The entry of the inference thread: it answers each message in order. A file that cannot be read ends the thread.
const {modelFile} = workerData as LlmThreadData;
const model = readModel(readFileSync(modelFile));
const reply = (message: LlmReply): void => parentPort?.postMessage(message);

parentPort?.on('message', ({id, prompt, maxTokens}: LlmRequest) => {
  try {
    reply({type: 'completed', id, completion: complete(model, prompt, maxTokens)});
  } catch (error) {
    reply({type: 'failed', id, reason: errorText(error)});
  }
});
reply({type: 'ready'});
