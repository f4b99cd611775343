import {describe, expect, it} from 'vitest';
import {checkBody, readMembers, type Fields} from '../../../../src/devnet/published/body.ts';

const SUBMIT: Fields = {
  name: 'SubmitJob',
  fields: [
    {name: 'from', kind: 'any'},
    {name: 'job', kind: 'any'},
    {name: 'user', kind: 'optional'},
    {name: 'verify', kind: 'any'},
  ],
};
const REGISTER: Fields = {
  name: 'Register',
  fields: [
    {name: 'address', kind: 'text'},
    {name: 'params', kind: 'object', of: {name: 'Params', fields: [{name: 'operator', kind: 'text'}]}},
  ],
};

const INTO = 'Failed to deserialize the JSON body into the target type: ';

describe('a body', () => {
  it.each([
    ['{"from":null,"job":"hello","verify":null}', SUBMIT],
    ['{"verify":1,"job":{},"from":[],"user":null,"more":2}', SUBMIT],
    ['{"address":"","params":{"operator":"x","other":1}}', REGISTER],
  ])('%s is taken', (text, wanted) => {
    expect(checkBody(Buffer.from(text), wanted)).toHaveProperty('body');
  });

  it.each([
    // As it was seen: runs of the public dispatcher.
    [
      '{"job":{"tag":"opml","prompt":"What is AI?","model":"llama","params":{}},"verify":null}',
      SUBMIT,
      422,
      `${INTO}missing field \`from\` at line 1 column 87`,
    ],
    ['{}', SUBMIT, 422, `${INTO}missing field \`from\` at line 1 column 2`],
    [
      '{"from":1,\n"user":5}',
      SUBMIT,
      422,
      `${INTO}user: invalid type: integer \`5\`, expected a string at line 2 column 8`,
    ],
    [
      '{"address":null}',
      REGISTER,
      422,
      `${INTO}address: invalid type: null, expected a string at line 1 column 15`,
    ],
    [
      '{"address":"é","params":{}}',
      REGISTER,
      422,
      `${INTO}params: missing field \`operator\` at line 1 column 27`,
    ],
    [
      '{"address":"","params":{"operator":true}}',
      REGISTER,
      422,
      `${INTO}params.operator: invalid type: boolean \`true\`, expected a string at line 1 column 39`,
    ],
    [
      '{"address":"","params":"x"}',
      REGISTER,
      422,
      `${INTO}params: invalid type: string "x", expected struct Params at line 1 column 26`,
    ],
    ['[1.5]', SUBMIT, 422, `${INTO}invalid type: sequence, expected struct SubmitJob at line 1 column 5`],
    [
      '',
      SUBMIT,
      400,
      'Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0',
    ],
  ])('%s is refused', (text, wanted, status, words) => {
    expect(checkBody(Buffer.from(text), wanted)).toEqual({status, words});
  });

  const NUMBERS: Fields = {
    name: 'Numbers',
    fields: [
      {name: 'f', kind: 'f32'},
      {name: 'n', kind: 'u32'},
    ],
  };
  const NESTED: Fields = {name: 'Nested', fields: [{name: 'in', kind: 'object', of: NUMBERS}]};

  it.each([
    ['{"f":1,"n":4294967295}', NUMBERS],
    ['{"f":-1.5e3,"n":0}', NUMBERS],
    ['{"in":{"f":1,"n":1,"more":{}}}', NESTED],
  ])('%s has the numbers that are wanted', (text, wanted) => {
    expect(readMembers(Buffer.from(text), wanted)).toHaveProperty('body');
  });

  it.each([
    ['{"f":"1"}', NUMBERS, 'invalid type: string "1", expected f32 at line 1 column 8', 'f'],
    ['{"n":64.0}', NUMBERS, 'invalid type: floating point `64.0`, expected u32 at line 1 column 9', 'n'],
    [
      '{"n":4294967296}',
      NUMBERS,
      'invalid value: integer `4294967296`, expected u32 at line 1 column 15',
      'n',
    ],
    // The place is that of the inner member, not of the outer one.
    ['{"in":{"n":null,"f":1}}', NESTED, 'invalid type: null, expected u32 at line 1 column 15', 'in.n'],
    ['{"in":{"f":1} }', NESTED, 'missing field `n` at line 1 column 13', 'in'],
    ['[', NESTED, expect.any(String) as string, null],
  ])('%s is wrong in serde’s words', (text, wanted, what, member) => {
    expect(readMembers(Buffer.from(text), wanted)).toEqual({what, member});
  });

  it('that is no JSON is refused with 400', () => {
    expect(checkBody(Buffer.from('{"from"'), SUBMIT)).toMatchObject({status: 400});
  });
});
