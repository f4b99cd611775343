import {describe, expect, it} from 'vitest';
import {event, stream, type Play} from '../../../../support/engine-server.ts';
import {choice, end, engineRig, page, played, said} from '../../../../support/engine-rig.ts';

const ESC = '\u001b';

describe('what is no answer is named, with what is next', () => {
  it.each<[string, Play, string, RegExp, RegExp]>([
    [
      'a 400',
      page(400, 'application/json', '{"object":"error","message":"maximum context length is 8192"}'),
      'REQUEST_REJECTED',
      /maximum context length is 8192/,
      /job list/,
    ],
    [
      'a 422',
      page(422, 'application/json', '{"detail":[{"msg":"field required"}]}'),
      'REQUEST_REJECTED',
      /HTTP 422/,
      /job list/,
    ],
    [
      'a 401',
      page(401, 'application/json', '{"error":{"message":"no key"}}'),
      'WORKER_REFUSED',
      /wants an API key: HTTP 401: no key/,
      /api_key_file/,
    ],
    [
      'a 404 for the model',
      page(404, 'application/json', '{"error":{"message":"The model does not exist"}}'),
      'WORKER_REFUSED',
      /does not exist/,
      /workers.opml.models/,
    ],
    [
      'a redirect',
      page(307, 'text/html', '', {location: 'http://user:secret@evil.example/v1/x?k=1'}),
      'WORKER_REFUSED',
      /HTTP 307\): to http:\/\/evil.example\/…/,
      /workers.opml.url/,
    ],
    [
      'a web page',
      page(200, 'text/html; charset=utf-8', '<html>hello</html>'),
      'WORKER_REFUSED',
      /with text\/html/,
      /workers.opml.url/,
    ],
    ['no type', page(200, '', ''), 'WORKER_REFUSED', /nothing that it names/, /workers.opml.url/],
    [
      'a 500',
      page(500, 'text/plain', 'CUDA out of memory'),
      'WORKER_LOST',
      /HTTP 500: CUDA out of memory/,
      /log/,
    ],
    [
      'a 424 of TGI',
      page(
        424,
        'application/json',
        '{"error":"Request failed during generation: Server error: x","error_type":"generation"}',
      ),
      'WORKER_LOST',
      /HTTP 424: Request failed/,
      /log/,
    ],
    [
      'a 502',
      page(502, 'text/html', '<html>bad gateway</html>'),
      'WORKER_UNREACHABLE',
      /is away: HTTP 502$/,
      /workers/,
    ],
    [
      'a 429',
      page(429, 'application/json', '{"error":"Model is overloaded","error_type":"overloaded"}'),
      'WORKER_BUSY',
      /HTTP 429: Model is overloaded/,
      /urls/,
    ],
    [
      'an error in the stream',
      said(choice('The'), {error: {message: 'engine died', type: 'InternalServerError'}}),
      'WORKER_LOST',
      /engine died/,
      /log/,
    ],
    [
      'an error of Ollama in the stream',
      said({error: 'model runner has stopped'}),
      'WORKER_LOST',
      /runner has stopped/,
      /log/,
    ],
    [
      'an overload in the stream',
      said({error: 'too many', error_type: 'overloaded'}),
      'WORKER_BUSY',
      /busy: too many/,
      /urls/,
    ],
    ['a stream without an end', said(choice('The whale')), 'WORKER_LOST', /in the middle/, /log/],
    [
      'an empty list of choices',
      said({choices: []}, '[DONE]'),
      'WORKER_BAD_ANSWER',
      /list of choices is empty/,
      /log/,
    ],
    ['an empty text', said(end, '[DONE]'), 'WORKER_BAD_ANSWER', /empty text/, /log/],
    [
      'a call of a tool',
      said({choices: [{index: 0, delta: {tool_calls: [{id: 'x'}]}}]}),
      'WORKER_BAD_ANSWER',
      /call of a tool/,
      /without tools/,
    ],
    [
      'a filter',
      said(choice('The'), {choices: [{index: 0, delta: {}, finish_reason: 'content_filter'}]}),
      'WORKER_BAD_ANSWER',
      /content filter/,
      /content filter/,
    ],
    [
      'a call of a function beside an empty list of tools',
      said({choices: [{index: 0, delta: {tool_calls: [], function_call: {name: 'x'}}}]}),
      'WORKER_BAD_ANSWER',
      /call of a tool/,
      /without tools/,
    ],
    [
      'a refusal of its model',
      said({choices: [{index: 0, delta: {content: null, refusal: 'I cannot'}}]}, end),
      'WORKER_BAD_ANSWER',
      /refusal of its model/,
      /log/,
    ],
    [
      'content that is null',
      said(choice('', {delta: {content: null}}), end),
      'WORKER_BAD_ANSWER',
      /empty text/,
      /log/,
    ],
    [
      'thoughts without a text',
      said({choices: [{index: 0, delta: {content: null, reasoning_content: 'hm'}}]}, end),
      'WORKER_BAD_ANSWER',
      /thoughts of its model/,
      /parser of reasoning/,
    ],
    [
      'content in parts',
      said(choice('The'), {choices: [{index: 0, delta: {content: [{type: 'text', text: ' whale'}]}}]}, end),
      'WORKER_BAD_ANSWER',
      /content is no text/,
      /log/,
    ],
    [
      'the same choice twice in one event',
      said({choices: [0, 0].map((index) => ({index, delta: {content: 'The'}}))}, end),
      'WORKER_BAD_ANSWER',
      /more than one choice/,
      /log/,
    ],
    [
      'another choice with a point in its number',
      page(
        200,
        'application/json',
        '{"choices":[{"index":1.0,"message":{"content":"A"},"finish_reason":"stop"}]}',
      ),
      'WORKER_BAD_ANSWER',
      /more than one choice/,
      /log/,
    ],
    [
      'choices twice',
      page(200, 'application/json', '{"choices":[],"choices":[{"text":"A","finish_reason":"stop"}]}'),
      'WORKER_BAD_ANSWER',
      /no JSON object/,
      /log/,
    ],
    [
      'two ends',
      said(choice('The', {finish_reason: 'stop'}), {
        choices: [{index: 0, delta: {}, finish_reason: 'content_filter'}],
      }),
      'WORKER_BAD_ANSWER',
      /ended its answer twice, with "stop" and with "content_filter"/,
      /log/,
    ],
    [
      'one object that is no UTF-8',
      (response) =>
        response
          .writeHead(200, {'content-type': 'application/json'})
          .end(Buffer.from('{"choices":[{"message":{"content":"\xff"},"finish_reason":"stop"}]}', 'latin1')),
      'WORKER_BAD_ANSWER',
      /no UTF-8/,
      /log/,
    ],
    [
      'an error object with 200',
      page(200, 'application/json', '{"error":{"message":"no GPU","code":500},"choices":[]}'),
      'WORKER_LOST',
      /no GPU/,
      /log/,
    ],
    [
      'a 200 in the words of another API',
      page(200, 'application/json', '{"response":"The whale","done":true}'),
      'WORKER_BAD_ANSWER',
      /without a choice/,
      /log/,
    ],
    [
      'a 522 of Cloudflare',
      page(522, 'text/html', '<html>'),
      'WORKER_UNREACHABLE',
      /is away: HTTP 522$/,
      /workers/,
    ],
    ['a 524 of Cloudflare', page(524, 'text/html', '<html>'), 'WORKER_LOST', /HTTP 524/, /log/],
    [
      'a 429 whose body never ends',
      (response) => void response.writeHead(429, {'content-type': 'text/plain'}).write('slow down'),
      'WORKER_BUSY',
      /HTTP 429: slow down/,
      /urls/,
    ],
    [
      'a 400 whose body breaks off',
      (response) =>
        void response
          .writeHead(400, {'content-type': 'text/plain'})
          .write('too lo', () => response.destroy()),
      'REQUEST_REJECTED',
      /HTTP 400/,
      /job list/,
    ],
    [
      'another choice',
      said(choice('The'), choice('A', {index: 1}), end),
      'WORKER_BAD_ANSWER',
      /more than one choice/,
      /log/,
    ],
    [
      'text after the end',
      said(choice('The'), end, choice(' whale'), '[DONE]'),
      'WORKER_BAD_ANSWER',
      /after the end/,
      /log/,
    ],
    [
      'an unknown end',
      said(choice('The'), {choices: [{index: 0, delta: {}, finish_reason: `${ESC}[2J`}]}),
      'WORKER_BAD_ANSWER',
      /finish_reason "\\x1b\[2J"/,
      /log/,
    ],
    ['an event that is no JSON', said(choice('The'), 'oops'), 'WORKER_BAD_ANSWER', /no JSON object/, /log/],
    [
      'its own limit',
      said(choice('The', {finish_reason: 'length'}), {
        choices: [],
        usage: {prompt_tokens: 1, completion_tokens: 64},
      }),
      'WORKER_BAD_ANSWER',
      /at 64 tokens, the limit of workers.opml.max_tokens/,
      /Raise/,
    ],
    [
      'two models in one answer',
      said({...choice('The'), model: 'a'}, {...end, model: 'b'}),
      'WORKER_BAD_ANSWER',
      /changed its model within one answer/,
      /log/,
    ],
    [
      'a hostile text',
      page(400, 'text/plain', `${ESC}]0;owned\u0007${'x'.repeat(9_000)}`),
      'REQUEST_REJECTED',
      /\\x1b\]0;owned/,
      /job list/,
    ],
    [
      'bytes that are no text',
      (response) => void stream(response).end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])),
      'WORKER_BAD_ANSWER',
      /no UTF-8/,
      /log/,
    ],
    [
      'a connection that breaks',
      (response) => void stream(response).write(event(choice('The')), () => response.destroy()),
      'WORKER_LOST',
      /while it answered/,
      /Start the engine/,
    ],
    [
      'one event without an end',
      (response) => void stream(response).end(`data: ${'x'.repeat(1_100_000)}`),
      'WORKER_BAD_ANSWER',
      /one event of more than 1 MiB/,
      /log/,
    ],
    [
      'more than 4 MiB at once',
      page(
        200,
        'application/json',
        JSON.stringify({choices: [{message: {content: 'x'.repeat(4_200_000)}, finish_reason: 'stop'}]}),
      ),
      'WORKER_BAD_ANSWER',
      /more than 4 MiB/,
      /log/,
    ],
  ])('%s', async (_name, play, code, message, next) => {
    const all = await engineRig();
    const error = await played(all, play);
    expect(error).toMatchObject({code, message: expect.stringMatching(message) as string});
    if (error === 'answered') return;
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toMatch(/secret|k=1/);
    const {say, run} = error.next;
    expect(`${say} ${run === undefined ? '' : [run.command, ...(run.args ?? [])].join(' ')}`).toMatch(next);
    expect(all.replies).toEqual([]);
  });

  it('more than 4 MiB of text in a stream', async () => {
    const all = await engineRig();
    const part = event(choice('x'.repeat(500_000)));
    const error = await played(all, (response) => {
      const out = stream(response);
      for (let n = 0; n < 12; n += 1) out.write(part);
      out.end(event(end));
    });
    expect(error).toMatchObject({
      code: 'WORKER_BAD_ANSWER',
      message: expect.stringContaining('4 MiB') as string,
    });
  });

  it('a stream that never ends, at the limit of an answer', async () => {
    const all = await engineRig('vllm', {}, {answerTimeoutMs: 30_000});
    const error = await played(all, (response) => {
      const out = stream(response);
      const more = (): void => {
        if (out.destroyed) return;
        out.write(event(choice(' and')));
        all.time.after(500, more);
      };
      more();
    });
    expect(error).toMatchObject({
      code: 'WORKER_TIMEOUT',
      message: expect.stringContaining('within 30s') as string,
    });
    await all.time.until(() => expect(all.server.broken).toBe(1));
  });
});
