import {parentPort} from 'node:worker_threads';
import {stepBackThread} from '../../../foundation/system/step-back.ts';
import type {ProofMessage, ProofRequest} from '../messages.ts';
import {createJudge} from './judge.ts';

// Entry of the worker thread: one request comes in, its report goes out, then the next one.
/** The memory of an engine only grows: a thread with more than this is replaced. */
const MOST_BYTES = 256 * 1024 * 1024;

stepBackThread();
const judge = createJudge();
parentPort?.on('message', (request: ProofRequest) => {
  const report = judge.judge(request);
  const message: ProofMessage = {report, recycle: judge.memory() > MOST_BYTES};
  parentPort?.postMessage(message);
});
