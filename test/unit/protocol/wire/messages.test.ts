import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {jsonOf, parseJson, writeJson, type JsonValue} from '../../../../src/lib/protocol/wire/json.ts';
import {
  connectParams,
  jobResultContent,
  readOpmlCallback,
  readReply,
} from '../../../../src/lib/protocol/wire/messages.ts';
import {readDispatch} from '../../../support/read-dispatch.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): JsonValue => parseJson(utf8(text)).value;
const refusal = (path: string) =>
  expect.objectContaining({code: 'MESSAGE_INVALID', details: {path}}) as Error;

describe('readDispatch', () => {
  it('reads a job as the network sends it', () => {
    const params = parse(
      '[{"user":"u","seed":"s","tag":"suspicion","position":"after","signature":"g","clock":{"10":"1","2":"7"},"job_id":"j",' +
        '"job":{"tag":"tee","prompt":"caf\\u00e9 😀","model":"m","params":{"temperature":1.0,"x":[1e400]},"extra":1},"more":null}]',
    );
    const [job] = readDispatch(params);
    expect(job).toEqual({
      key: {jobId: 'j', tag: 'suspicion', position: 'after'},
      user: 'u',
      seed: 's',
      signature: 'g',
      clock: new Map([
        [10n, 1],
        [2n, 7],
      ]),
      kind: 'tee',
      model: 'm',
      prompt: 'café 😀',
      params: new Map<string, JsonValue>([
        ['temperature', {text: '1.0'}],
        ['x', [{text: '1e400'}]],
      ]),
    });
    expect(writeJson(job!.params)).toBe('{"temperature":1.0,"x":[1e400]}');
  });

  it.each([
    '[{"job_id":"j","job":{}}]',
    '[{"job_id":"j","tag":null,"position":null,"user":null,"seed":null,"signature":null,"clock":null,"job":{"tag":null,"model":null,"prompt":null,"params":null}}]',
  ])('reads what is left out as blank: %s', (text) => {
    expect(readDispatch(parse(text))).toEqual([
      {
        key: {jobId: 'j', tag: '', position: ''},
        user: '',
        seed: '',
        signature: '',
        clock: new Map(),
        kind: '',
        model: '',
        prompt: '',
        params: new Map(),
      },
    ]);
  });

  it('reads several jobs', () => {
    const jobs = readDispatch(
      parse('[{"job_id":"a","job":{"tag":"opml"}},{"job_id":"b","job":{"tag":"zkml"}}]'),
    );
    expect(jobs.map((job) => [job.key.jobId, job.kind])).toEqual([
      ['a', 'opml'],
      ['b', 'zkml'],
    ]);
  });

  it.each([
    ['[1]', 'params[0]'],
    ['[{"job":{}}]', 'params[0].job_id'],
    ['[{"job_id":1,"job":{}}]', 'params[0].job_id'],
    ['[{"job_id":"","job":{}}]', 'params[0].job_id'],
    ['[{"job_id":null,"job":{}}]', 'params[0].job_id'],
    ['[{"job_id":"j"}]', 'params[0].job'],
    ['[{"job_id":"j","job":[]}]', 'params[0].job'],
    ['[{"job_id":"j","job":{"prompt":1}}]', 'params[0].job.prompt'],
    ['[{"job_id":"j","job":{"model":{}}}]', 'params[0].job.model'],
    ['[{"job_id":"j","job":{"tag":true}}]', 'params[0].job.tag'],
    ['[{"job_id":"j","job":{"params":[]}}]', 'params[0].job.params'],
    ['[{"job_id":"j","tag":1,"job":{}}]', 'params[0].tag'],
    ['[{"job_id":"j","position":[],"job":{}}]', 'params[0].position'],
    ['[{"job_id":"j","user":{},"job":{}}]', 'params[0].user'],
    ['[{"job_id":"j","seed":0,"job":{}}]', 'params[0].seed'],
    ['[{"job_id":"j","signature":false,"job":{}}]', 'params[0].signature'],
    ['[{"job_id":"j","job":{}},{"job_id":{},"job":{}}]', 'params[1].job_id'],
  ])('refuses %s at %s', (text, path) => {
    expect(() => readDispatch(parse(text))).toThrow(refusal(path));
  });

  it.each(['[]', '"1"', '{"1":1}', '{"x":"1"}', '{"1":"4294967296"}'])('refuses the clock %s', (clock) => {
    expect(() => readDispatch(parse(`[{"job_id":"j","clock":${clock},"job":{}}]`))).toThrow(
      expect.objectContaining({code: 'CLOCK_INVALID'}),
    );
  });

  it('ends in its own errors whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() =>
          readDispatch(jsonOf([{job_id: value, tag: value, clock: value, job: {params: value}}])),
        ).toThrow(
          expect.objectContaining({code: expect.stringMatching(/^(MESSAGE|CLOCK)_INVALID$/) as string}),
        );
      }),
    );
  });
});

describe('what we send', () => {
  it('connect', () => {
    expect(connectParams('0xAb', ['opml', 'tee'])).toBe(
      '[{"operator":"0xAb","workers":["opml","tee"],"hash":"","signature":""}]',
    );
  });

  it('job_result, in the order of the protocol and the order of the clock', () => {
    const content = jobResultContent({
      user: 'u"',
      jobId: 'j',
      result: 'é\n😀',
      reason: '',
      vrf: {
        selected: true,
        vrf_prompt_hash: 'aa',
        vrf_random_value: 'bb',
        vrf_verify_pubkey: 'cc',
        vrf_proof: 'dd',
      },
      tag: 'malicious',
      clock: new Map([
        [10n, 3],
        [2n, 4294967295],
        [18446744073709551615n, 1],
      ]),
      operator: '0xAb',
    });
    expect(content).toBe(
      '{"user":"u\\"","job_id":"j","result":"é\\n😀","reason":"","vrf":{"selected":true,"vrf_prompt_hash":"aa","vrf_random_value":"bb",' +
        '"vrf_verify_pubkey":"cc","vrf_proof":"dd"},"tag":"malicious","clock":{"10":"3","2":"4294967295","18446744073709551615":"1"},' +
        '"operator":"0xAb","signature":""}',
    );
    expect(writeJson(parse(content))).toBe(content);
  });
});

describe('readReply', () => {
  it.each<[string, number, string]>([
    ['{"code":200,"message":"success"}', 200, 'success'],
    ['{"message":"no","code":500,"more":[]}', 500, 'no'],
    ['{"code":200}', 200, ''],
    ['{"code":200,"message":{"x":1}}', 200, ''],
  ])('%s', (text, code, message) => {
    expect(readReply(parse(text))).toEqual({code, message});
  });

  it.each(['null', '"200"', '[]'])('refuses %s', (text) => {
    expect(() => readReply(parse(text))).toThrow(refusal('result'));
  });

  it.each(['{}', '{"code":"200"}', '{"code":200.5}', '{"code":null}', '{"code":1e400}'])(
    'refuses %s',
    (text) => {
      expect(() => readReply(parse(text))).toThrow(refusal('result.code'));
    },
  );
});

describe('readOpmlCallback', () => {
  it('reads the reference form, and one with the least', () => {
    const full = {req_id: 'r', node_id: 'n', model: 'm', prompt: 'p', answer: 'a', state_root: 's'};
    expect(readOpmlCallback(utf8(JSON.stringify(full)))).toEqual(full);
    expect(readOpmlCallback(utf8('{"req_id":"r","answer":"","more":1}'))).toEqual({
      req_id: 'r',
      node_id: '',
      model: '',
      prompt: '',
      answer: '',
      state_root: '',
    });
  });

  it.each([
    ['[]', 'body'],
    ['{"answer":"a"}', 'body.req_id'],
    ['{"req_id":"","answer":"a"}', 'body.req_id'],
    ['{"req_id":"r"}', 'body.answer'],
    ['{"req_id":"r","answer":null}', 'body.answer'],
    ['{"req_id":"r","answer":"a","state_root":1}', 'body.state_root'],
  ])('refuses %s at %s', (text, path) => {
    expect(() => readOpmlCallback(utf8(text))).toThrow(refusal(path));
  });

  it('refuses what is not JSON', () => {
    expect(() => readOpmlCallback(utf8('answer=1'))).toThrow(
      expect.objectContaining({code: 'FRAME_NOT_JSON'}),
    );
  });
});
