import {createServer} from 'node:http';
import {listenOn} from '../src/devnet/net/listen.ts';
import {createAttestor} from '../src/devnet/tee/attestation.ts';
import {startTeeWorker} from '../src/devnet/tee/tee-worker.ts';
import {systemTime} from '../src/lib/foundation/system/system-time.ts';
import {proofFile} from '../test/support/proofs.ts';
import {serveParent} from './processes.ts';

/** A tee worker whose enclave answers at once, and a zkml worker that says true, beside the server of its proof. */
const callbackPort = JSON.parse(process.argv[2] ?? 'null') as number;
const attestor = await createAttestor(systemTime.now());
const tee = await startTeeWorker({
  ...{host: '127.0.0.1', port: 0, attestor, callbackPort: () => callbackPort},
  llm: {
    complete: (prompt) => Promise.resolve({text: `The answer to ${prompt}`, tokens: [], stateRoot: ''}),
  },
});

const proof = proofFile('dense-0');
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/proof.json') return response.end(proof);
    if (request.method === 'GET') return response.end('{"req_id":"","code":200,"result":"healthy"}');
    const {req_id} = JSON.parse(Buffer.concat(chunks).toString()) as {req_id: string};
    return response.end(JSON.stringify({req_id, code: 200, result: 'true'}));
  });
});
const port = await listenOn(server, '127.0.0.1', 0);

const {rootPem, registers} = attestor;
serveParent({tee: tee.url, zkml: `http://127.0.0.1:${port}`, rootPem, registers}, () =>
  Promise.resolve(null),
);
