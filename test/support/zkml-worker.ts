import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import type {Time} from '../../src/lib/foundation/time/time.ts';
import type {AtEnd} from './operator-rig.ts';
import {bodyOf} from './signer.ts';

export type ZkmlQuestion = {model: string; req_id: string; proof_path: string};

/** What it does in place of checking the proof; an HTTP status: it answers with that and a text. */
export type ZkmlFault =
  'no-srs' | 'lies' | 'no-model' | 'no-word' | 'hang-up' | 'another-id' | 408 | 422 | 500 | 503 | null;

/**
 * The published zkml worker as it was seen: it answers in its reply. A proof whose address ends with `good` is right, one
 * that ends with `gone` cannot be downloaded, one that ends with `slow` takes too long, every other one is wrong.
 */
export type TestZkml = {
  url: string;
  asked: ZkmlQuestion[];
  /** How many it had in hand at most: it holds one lock. */
  most: number;
  fault: ZkmlFault;
  /** It repeats the address of the proof with this code or HTTP status; null: it does not. */
  echo: number | null;
  workMs: number;
};

/** The proof that is known to be good. */
export const KNOWN_GOOD = {model: 'mean', proofPath: 'http://proofs/known-good'};

export async function testZkml(time: Time, atEnd: AtEnd = onTestFinished): Promise<TestZkml> {
  const worker: TestZkml = {url: '', asked: [], most: 0, fault: null, echo: null, workMs: 50};
  let open = 0;

  function reply({req_id, proof_path}: ZkmlQuestion, fault: ZkmlFault): string {
    const said = (code: number, result: string): string => JSON.stringify({req_id, code, result});
    const error = 'Other Error for the Operator:';
    if (fault === 'another-id') return said(200, 'true').replace(req_id, 'other');
    // The other word about every fifth proof, by the number at the end of its name.
    if (fault === 'lies' && /[05]-(?:good|wrong)$/.test(proof_path))
      return said(200, proof_path.endsWith('good') ? 'false' : 'true');
    if (fault === 'no-model') return said(1004, `${error} Model directory does not exist`);
    if (fault === 'no-word') return said(200, 'maybe');
    if (proof_path.endsWith('gone')) return said(1004, `${error} reponse is not success`);
    return said(200, fault !== 'no-srs' && proof_path.endsWith('good') ? 'true' : 'false');
  }

  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end('{"req_id":"","code":200,"result":"healthy"}');
      return;
    }
    void bodyOf(request).then((text) => {
      const question = JSON.parse(text) as ZkmlQuestion;
      const {fault, workMs} = worker;
      worker.asked.push(question);
      open += 1;
      worker.most = Math.max(worker.most, open);
      time.after(workMs, () => {
        open -= 1;
        const {proof_path, req_id} = question;
        const echoed = `error for url (${proof_path} = ${encodeURI(proof_path)})`;
        if (worker.echo === 1004) response.end(JSON.stringify({req_id, code: 1004, result: echoed}));
        else if (worker.echo !== null) response.writeHead(worker.echo).end(echoed);
        else if (fault === 'hang-up') request.socket.destroy();
        else if (question.proof_path.endsWith('slow')) response.writeHead(408).end();
        else if (typeof fault === 'number') response.writeHead(fault).end('Failed to deserialize');
        else response.end(reply(question, fault));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  worker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return worker;
}
