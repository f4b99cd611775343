import {expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createSecondCheck, type SecondWorker} from '../../../../src/lib/node/cross-check/second-check.ts';
import type {AnswerToCheck} from '../../../../src/lib/node/operator/check-port.ts';
import type {DirectReply, WorkerRequest} from '../../../../src/lib/node/operator/ports.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

/** `nothing`: it takes the question and sends nothing; `never`: it holds it for ever. */
type Says = string | AosError | DirectReply;

/** A second zkml worker that says one thing after the other. */
function second(...says: Says[]) {
  const time = virtualTime();
  const asked: WorkerRequest[] = [];
  const released: string[] = [];
  const worker: SecondWorker = {
    ...{kind: 'zkml', answerTimeoutMs: 60_000, concurrency: 1},
    ready: () =>
      Promise.resolve({
        at: {url: 'http://user:word@second:1', nodeId: null},
        lost: () => new Promise<never>(() => undefined),
        release: (end) => void released.push(end),
        async ask(request, signal) {
          asked.push(request);
          const said = says.shift() ?? 'true';
          if (said instanceof AosError) throw said;
          if (said === 'nothing') return;
          signal.throwIfAborted();
          if (said === 'never')
            return new Promise<void>((_resolve, reject) =>
              signal.addEventListener('abort', () => reject(signal.reason as Error)),
            );
          const body = JSON.stringify({req_id: request.requestId, code: 200, result: said});
          await request.replied(typeof said === 'string' ? {body, doubt: null} : said);
        },
      }),
  };
  let ids = 0;
  const check = createSecondCheck({
    ...{worker, sample: 1, secret: 's', nodeId: '0x1', time},
    newSecretId: () => `second-${(ids += 1)}`,
  });
  return {check, asked, released, time};
}

const answer = (text: string): AnswerToCheck => ({
  ...{seq: 1, key: {jobId: 'j', tag: '', position: ''}, kind: 'zkml', model: 'mean', prompt: ''},
  ...{requestId: 'first', params: new Map([['proof_path', 'http://p/1']]), body: '', workerUrl: null},
  ...{askedAt: 1, receivedAt: 2},
  said: {
    ...{kind: 'zkml', requestId: 'first', answer: text, model: '', prompt: ''},
    ...{stateRoot: '', attestation: '', flaw: null, unattested: null, engine: null},
  },
});

const never = new AbortController().signal;

it.each<[string, Says, object]>([
  [
    'the same word',
    'true',
    {verdict: 'ok', facts: {secondWorker: 'http://second:1/…', secondAnswer: 'true'}},
  ],
  [
    'another word',
    'false',
    {verdict: 'held', code: 'ANSWERS_DIFFER', then: 'wait', facts: {secondAnswer: 'false'}},
  ],
  [
    'a refusal',
    new AosError('WORKER_REFUSED', 'HTTP 422'),
    {verdict: 'not_checked', code: 'SECOND_NOT_COMPARED'},
  ],
  ['no reply', 'nothing', {verdict: 'not_checked', code: 'SECOND_NOT_COMPARED'}],
  [
    'a word that is doubted',
    {
      body: '{"req_id":"x","code":200,"result":"false"}',
      doubt: new AosError('WORKER_UNPROVEN', 'no good proof'),
    },
    {verdict: 'not_checked', code: 'SECOND_NOT_COMPARED'},
  ],
])('%s of the second worker', async (_name, says, expected) => {
  const {check, asked, released} = second(says);
  expect(await check.check(answer('true'), never)).toMatchObject(expected);
  expect([asked.length, released.length]).toEqual([1, 1]);
  expect(asked[0]).toMatchObject({requestId: 'second-1', model: 'mean', nodeId: '0x1'});
});

it('one that is away is asked twice more, and then the answer is not held for it', async () => {
  const away = new AosError('WORKER_UNREACHABLE', 'no connection');
  const {check, asked, time} = second(away, away, away);
  const found = check.check(answer('true'), never);
  for (let n = 0; n < 4; n += 1) await time.advance(10_000);
  expect(await found).toMatchObject({verdict: 'not_checked', code: 'SECOND_NOT_COMPARED'});
  expect(asked).toHaveLength(3);
});

it('one that never answers costs its answer_timeout, and the end of the run ends it at once', async () => {
  const late = second('never');
  const found = late.check.check(answer('true'), never);
  await late.time.advance(60_000);
  expect(await found).toMatchObject({
    verdict: 'not_checked',
    message: expect.stringContaining('1 min') as string,
  });
  const ended = second('never');
  const controller = new AbortController();
  const cut = ended.check.check(answer('true'), controller.signal);
  controller.abort(new AosError('INTERRUPTED', 'the run ends'));
  await expect(cut).rejects.toMatchObject({code: 'INTERRUPTED'});
});
