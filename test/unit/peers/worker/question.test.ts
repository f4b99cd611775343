import {describe, expect, it} from 'vitest';
import {judgeQuestionReply, questionBody} from '../../../../src/lib/peers/worker/question.ts';

const REQUEST = {
  requestId: 'a'.repeat(32),
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  model: 'tiny',
  prompt: 'naïve “request” 🙂\n',
  callbackUrl: 'http://127.0.0.1:21001',
};

describe('the body of a request', () => {
  it('has the four fields of the API', () => {
    expect(JSON.parse(questionBody(REQUEST))).toEqual({
      model: 'tiny',
      prompt: REQUEST.prompt,
      req_id: REQUEST.requestId,
      callback: 'http://127.0.0.1:21001/api/opml_callback',
    });
  });

  it('never has an empty model: the published worker would not answer it', () => {
    expect(JSON.parse(questionBody({...REQUEST, model: ''}))).toMatchObject({model: 'default'});
  });
});

describe('the reply to a request', () => {
  it.each([
    [200, '{"code":200,"msg":"","data":"{}"}', null],
    [200, '{"code":0}', null],
    [200, '{}', null],
    [200, '', null],
    [200, 'fine', null],
    [202, '{"code":"x"}', null],
    [200, '{"code":-1}', 'WORKER_BUSY'],
    [400, '{"code":-1,"msg":"jobs exceed","data":""}', 'WORKER_BUSY'],
    [429, '', 'WORKER_BUSY'],
    [503, '<html>', 'WORKER_BUSY'],
    [200, '{"code":500}', 'WORKER_REFUSED'],
    [200, '{"code":1.5}', null],
    [302, '', 'WORKER_REFUSED'],
    // The published worker has begun to work on what it read of the request.
    [400, '{"code":200,"msg":"","data":"{}"}', 'WORKER_REFUSED'],
    [400, '', 'WORKER_REFUSED'],
    [404, '404 page not found', 'WORKER_REFUSED'],
    [422, '', 'WORKER_REFUSED'],
    [500, '{"code":-1}', 'WORKER_REFUSED'],
    [502, '', 'WORKER_UNREACHABLE'],
    [504, '', 'WORKER_LOST'],
  ])('HTTP %d %s', (status, body, code) => {
    expect(judgeQuestionReply('h:1', status, body)?.code ?? null).toBe(code);
  });

  it('is repeated in figures, never in the worker’s words', () => {
    expect(judgeQuestionReply('h:1', 400, '{"code":7,"msg":"\\u001b[31mred"}')?.message).toBe(
      'opml worker h:1 refused the request with HTTP 400 and code 7',
    );
  });
});
