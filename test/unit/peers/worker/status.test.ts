import {expect, it} from 'vitest';
import {readStatus} from '../../../../src/lib/peers/worker/status.ts';

it.each([
  ['the reference’s form', '{"msg":"0"}', null, null],
  ['the same with more to say', '{"code":0,"msg":"0","data":[1]}', null, null],
  [
    'the published form',
    '{"code":0,"msg":"","data":"{\\"status\\":0,\\"node_id\\":\\"9fbb\\"}"}',
    null,
    '9fbb',
  ],
  ['the same with an object', '{"code":0,"msg":"","data":{"status":0,"node_id":"9fbb"}}', null, '9fbb'],
  ['the same without a code', '{"data":{"status":0}}', null, null],
  ['a status of the published form', '{"code":0,"data":{"status":1,"node_id":"a"}}', 'status 1', 'a'],
  ['a code that is not 0', '{"code":7,"data":{"status":0}}', 'code 7', null],
  ['open requests', '{"msg":"3"}', 'status "3"', null],
  ['a number instead of a text', '{"msg":0}', 'an unreadable status', null],
  ['a status that is a text', '{"code":0,"data":{"status":"0"}}', 'an unreadable status', null],
  ['data that is no JSON', '{"code":0,"msg":"","data":"idle"}', 'status ""', null],
  ['no member', '{}', 'an unreadable status', null],
  ['an array', '[]', 'an unreadable status', null],
  ['no JSON', '<html>', 'an unreadable status', null],
  ['nothing', '', 'an unreadable status', null],
  ['an id that is no text', '{"msg":"0","data":{"node_id":5}}', null, null],
  ['an empty id', '{"msg":"0","data":{"node_id":""}}', null, null],
  ['an id without end', `{"msg":"0","data":{"node_id":"${'x'.repeat(201)}"}}`, null, null],
  ['a word without end', `{"msg":"${'x'.repeat(1_000_000)}"}`, `status "${'x'.repeat(100)}…"`, null],
  ['a word that moves the cursor', '{"msg":"\\u001b[2J"}', 'status "\\x1b[2J"', null],
  [
    'a code without end',
    `{"code":${'7'.repeat(1_000_000)},"data":{"status":0}}`,
    `code ${'7'.repeat(100)}…`,
    null,
  ],
  [
    'a number without end',
    `{"data":{"status":${'7'.repeat(1_000_000)}}}`,
    `status ${'7'.repeat(100)}…`,
    null,
  ],
])('%s', (_name, body, busy, nodeId) => {
  expect(readStatus(body)).toMatchObject({busy, nodeId});
});

it.each([
  ['{"msg":"0"}', 0],
  ['{"msg":"12"}', 12],
  ['{"msg":"-1"}', null],
  ['{"msg":"busy"}', null],
  ['{"data":{"status":2}}', 2],
  ['{"data":{"status":2.5}}', null],
  ['', null],
])('how many requests are open: %s', (body, open) => {
  expect(readStatus(body).open).toBe(open);
});
