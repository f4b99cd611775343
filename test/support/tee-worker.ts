import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import type {Time} from '../../src/lib/foundation/time/time.ts';
import type {AtEnd} from './operator-rig.ts';
import {bodyOf} from './signer.ts';

/** What the published tee worker is sent. */
export type TeeQuestion = {
  request_id: string;
  prompt: string;
  params: {temperature: number; top_p: number; max_tokens: number};
};

/** What goes wrong. `gone`: its enclave is; `none`: it was not there from the start. */
export type TeeFault = 'gone' | 'none' | 'busy' | 'never' | 'empty' | 'no-base64' | 'another-id' | null;

/** The published tee worker as it was seen, byte for byte: one task at a time, and its callback always to one port. */
export type TestTee = {
  url: string;
  asked: TeeQuestion[];
  /** HTTP statuses that its callbacks got, 0: nothing listened. */
  called: number[];
  fault: TeeFault;
  /** How long the enclave works. */
  workMs: number;
  /** It is started anew, with its enclave. */
  restart(): void;
};

/** Requests without these are refused. */
const MEMBERS = ['request_id', 'node_id', 'model', 'prompt', 'prompt_hash', 'signature', 'params'];

/** @param callbackPort in place of 21001, so that tests run side by side */
export async function testTee(
  callbackPort: number,
  time: Time,
  atEnd: AtEnd = onTestFinished,
): Promise<TestTee> {
  let remaining = 1;
  let start = 0;
  const worker: TestTee = {
    url: '',
    asked: [],
    called: [],
    fault: null,
    workMs: 100,
    restart() {
      worker.fault = null;
      remaining = 1;
      start += 1;
    },
  };

  async function call(question: TeeQuestion, fault: TeeFault): Promise<void> {
    const body = {
      request_id: fault === 'another-id' ? 'f'.repeat(32) : question.request_id,
      node_id: '',
      model: './llama-2-7b-chat.Q4_0.gguf',
      prompt: question.prompt,
      answer: fault === 'empty' ? '' : `answer to ${question.prompt}`,
      attestation: fault === 'no-base64' ? 'hESh*' : 'hEShATgioAEC',
      attest_signature: '',
      elapsed: 4000,
    };
    const reply = await fetch(`http://127.0.0.1:${callbackPort}/api/tee_callback`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body),
    }).catch(() => undefined);
    worker.called.push(reply?.status ?? 0);
  }

  function take(question: TeeQuestion): {status: number; body: string} {
    const {fault, workMs} = worker;
    if (fault === 'none') return {status: 503, body: '""'};
    if (fault === 'busy' || remaining === 0) return {status: 503, body: '{}'};
    remaining = 0;
    worker.asked.push(question);
    const mine = start;
    if (fault !== 'gone')
      time.after(workMs, () => {
        if (mine !== start) return;
        remaining = 1;
        if (fault !== 'never') void call(question, fault);
      });
    return {status: 200, body: '{"answer":""}'};
  }

  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({remain_task: worker.fault === 'busy' ? 0 : remaining}));
      return;
    }
    void bodyOf(request).then((text) => {
      const question = JSON.parse(text) as TeeQuestion & Record<string, unknown>;
      const missing = MEMBERS.find((name) => question[name] === undefined);
      const isInteger = /"max_tokens":\d+[,}]/.test(text);
      const wrong =
        missing !== undefined ? `missing field \`${missing}\`` : isInteger ? null : 'invalid type';
      const {status, body} =
        wrong === null ? take(question) : {status: 400, body: `Json deserialize error: ${wrong}`};
      response.writeHead(status).end(body);
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
