import {parentPort} from 'node:worker_threads';
import {createCheck} from '../../protocol/receipt/check/check.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {checkBatch, type CheckBatch, type CheckedBatch} from './check-batch.ts';

// Entry of a worker thread: batches of jobs come in, one answer for each goes out, in order.
const check = createCheck(await loadVrf());
const post = (message: 'ready' | CheckedBatch): void => parentPort?.postMessage(message);

parentPort?.on('message', (batch: CheckBatch) => post(checkBatch(check, batch)));
post('ready');
