import {parentPort, workerData} from 'node:worker_threads';
import {loadVrf} from '../vrf/ecvrf.ts';
import type {ProverMessage, ProverThreadData} from './prover.ts';

// The entry of the proving thread: one VRF input in, one proof out, in order.
const {seed} = workerData as ProverThreadData;
const prover = (await loadVrf()).prover(seed);
seed.fill(0);
const say = (message: ProverMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', (alpha: Uint8Array) => say(prover.prove(alpha)));
say('ready');
