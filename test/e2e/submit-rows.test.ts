import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, openWorld, type World} from '../support/cli.ts';
import {httpServer} from '../support/signer.ts';

let world: World;
beforeAll(() => {
  world = openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const OPERATOR = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const JOB = '7bc71cc877e65fcb56d6c4ca5a513a155e60fd99aa128ec3e21be9cc2e3f18c6';

/** A dispatcher whose job has this row at once; `answer` overrides what a path answers. */
function dispatcher(row: object | null, answer: Record<string, [number, string]> = {}): Promise<string> {
  return httpServer((request, response) => {
    const path = request.url ?? '';
    const result = path === '/api/job/submit' ? JOB : row === null ? [] : [row];
    const [status, body] = answer[path] ?? [200, JSON.stringify({code: 200, result})];
    response
      .writeHead(status, {'content-type': status === 200 ? 'application/json' : 'text/plain'})
      .end(body);
  });
}

const submit = (url: string): string[] => [
  'devnet',
  'submit',
  '--prompt',
  'x',
  '--wait',
  '--dispatcher',
  url,
];

const HEAD_ROW = {
  id: `${OPERATOR}_${JOB}_`,
  job_id: JOB,
  operator: OPERATOR,
  result: 'answer to P2',
  clock: {'1': '2'},
  signature: '',
  job_type: '',
  tag: '',
  created_at: '2026-11-29 06:09:53',
};
const NEWEST_ROW = {...HEAD_ROW, verify_id: JOB, vrf: {selected: true}};
const PUBLISHED_OPERATOR_ROW = {...NEWEST_ROW, id: `_${JOB}_`, operator: ''};

describe('aos devnet submit --wait', () => {
  it.each([
    ['HEAD', HEAD_ROW, {operator: OPERATOR, result: 'answer to P2', reason: '', selected: null}],
    [
      'the newest dispatcher',
      NEWEST_ROW,
      {operator: OPERATOR, result: 'answer to P2', reason: '', selected: true},
    ],
    [
      'the published operator',
      PUBLISHED_OPERATOR_ROW,
      {operator: '', result: 'answer to P2', reason: '', selected: true},
    ],
  ])('reads a row of %s', async (_name, row, expected) => {
    const url = await dispatcher(row);
    const json = await world.run([...submit(url), '--json']);
    expect(json.code).toBe(0);
    expect(jsonOf(json.stdout)).toMatchObject({result: {jobs: [{jobId: JOB, results: [expected]}]}});
    const plain = await world.ask(submit(url));
    expect(plain).toMatchObject({
      code: 0,
      stdout: `${JOB}  ${expected.operator === '' ? '(names no id)' : OPERATOR}  answer to P2\n`,
    });
  });

  it.each<[string, string, [number, string], string, RegExp]>([
    [
      'a refusal in plain text',
      '/api/job/submit',
      [422, 'Failed to deserialize the JSON body into the target type: missing field `project`'],
      'DISPATCHER_REFUSED',
      /HTTP 422: Failed to deserialize .*missing field `project`/,
    ],
    [
      'a database that is away',
      '/api/job/result',
      [200, '{"code":500,"message":""}'],
      'DISPATCHER_FAILED',
      /code 500 without a message[\s\S]*Its database does not answer/,
    ],
    ['another server', '/api/job/submit', [405, ''], 'DISPATCHER_REFUSED', /HTTP 405: Method Not Allowed/],
  ])('shows %s', async (_name, path, answer, code, words) => {
    const {code: exit, stderr} = await world.ask(submit(await dispatcher(NEWEST_ROW, {[path]: answer})));
    expect(exit).toBe(69);
    expect(stderr).toContain(code);
    expect(stderr).toMatch(words);
  });
});
