import {parentPort} from 'node:worker_threads';
import {stepBackThread} from '../../foundation/system/step-back.ts';
import {createAttestationChecker} from '../../protocol/attestation/check/check.ts';
import type {AttestationAnswer, AttestationRequest} from './client.ts';

// Entry of the thread: a request comes in, its report goes out.
stepBackThread();
const check = createAttestationChecker();

parentPort?.on('message', ({id, document, policy, answer}: AttestationRequest) => {
  void check(document, policy, answer).then((report) => {
    const message: AttestationAnswer = {id, report};
    parentPort?.postMessage(message);
  });
});
