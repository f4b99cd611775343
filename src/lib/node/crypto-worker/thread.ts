import {parentPort, workerData} from 'node:worker_threads';
import {recoverAddress} from '../../protocol/wire/ethereum.ts';
import {loadVrf, type VrfProof} from '../../protocol/vrf/ecvrf.ts';
import type {AsideMessage, AsideQuestion, AsideThreadData} from './client.ts';

// The entry of the thread beside the event loop: several questions in, one answer out for each, in order.
const {seed} = workerData as AsideThreadData;
const prover = (await loadVrf()).prover(seed);
seed.fill(0);
const say = (message: AsideMessage): void => parentPort?.postMessage(message);

const answer = (question: AsideQuestion): VrfProof | string | null =>
  'alpha' in question
    ? prover.prove(Buffer.from(question.alpha, 'latin1'))
    : recoverAddress(Buffer.from(question.digest, 'hex'), Buffer.from(question.signature, 'hex'));

parentPort?.on('message', (questions: readonly AsideQuestion[]) => {
  for (const question of questions) say({answer: answer(question)});
});
say('ready');
