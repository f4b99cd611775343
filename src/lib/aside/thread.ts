import {parentPort, workerData} from 'node:worker_threads';
import {recoverAddress} from '../protocol/ethereum.ts';
import {loadVrf} from '../vrf/ecvrf.ts';
import type {AsideMessage, AsideQuestion, AsideThreadData} from './aside.ts';

// The entry of the thread beside the event loop: one question in, one answer out, in order.
const {seed} = workerData as AsideThreadData;
const prover = (await loadVrf()).prover(seed);
seed.fill(0);
const say = (message: AsideMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', (question: AsideQuestion) =>
  say({
    answer:
      'alpha' in question
        ? prover.prove(question.alpha)
        : recoverAddress(question.digest, question.signature),
  }),
);
say('ready');
