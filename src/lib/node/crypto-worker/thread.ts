import {parentPort, workerData} from 'node:worker_threads';
import {recoverAddress} from '../../protocol/wire/key-address.ts';
import {loadVrf, type VrfProof} from '../../protocol/vrf/ecvrf.ts';
import type {CryptoMessage, CryptoRequest, CryptoThreadData} from './client.ts';

// Entry of the worker thread: batches of requests come in, one answer for each goes out, in order.
const {seed} = workerData as CryptoThreadData;
const prover = (await loadVrf()).prover(seed);
seed.fill(0);
const post = (message: CryptoMessage): void => parentPort?.postMessage(message);

const compute = (request: CryptoRequest): VrfProof | string | null =>
  'alpha' in request
    ? prover.prove(Buffer.from(request.alpha, 'latin1'))
    : recoverAddress(Buffer.from(request.digest, 'hex'), Buffer.from(request.signature, 'hex'));

parentPort?.on('message', (requests: readonly CryptoRequest[]) => {
  for (const request of requests) post({answer: compute(request)});
});
post('ready');
