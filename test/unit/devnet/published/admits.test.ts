import {describe, expect, it} from 'vitest';
import {HEAD} from '../../../../src/devnet/published/head.ts';
import {NEWEST} from '../../../../src/devnet/published/newest.ts';
import {readClaim, readConnect, readFrame, type Frame} from '../../../../src/devnet/published/wire.ts';
import {PUBLISHED_OPERATOR} from '../../../support/published-operator.ts';
import {recorded} from '../../../support/published.ts';

const {dispatcherHead, dispatcherNewest, operator} = recorded();
/** Of aos. */
const ours = [...dispatcherHead.websocket, ...dispatcherNewest.websocket].flatMap(({from, text}) =>
  from === 'operator' ? [text] : [],
);
/** Of the published operator. */
const theirs = operator.frames.flatMap(({text, frames = []}) => [
  ...(text === undefined ? [] : [text]),
  ...frames,
]);

function frameOf(text: string): Frame {
  const frame = readFrame(Buffer.from(text));
  if (frame === null) throw new Error(`not an envelope: ${text.slice(0, 100)}`);
  return frame;
}
const isAdmitted = (text: string): boolean => NEWEST.admits(frameOf(text));
/** A frame of ours, and its signature. */
const [connect = ''] = ours;
const {signature} = frameOf(connect);

describe('the newest version', () => {
  it('admits every recorded frame of aos and of the published operator', () => {
    expect(ours.length).toBeGreaterThan(10);
    expect(theirs.length).toBeGreaterThan(30);
    expect([...ours, ...theirs].filter((text) => !isAdmitted(text))).toEqual([]);
  });

  it('knows the published operator by its one address with any key', () => {
    expect(new Set(theirs.map((text) => frameOf(text).address))).toEqual(new Set([PUBLISHED_OPERATOR]));
    expect(
      isAdmitted(connect.replace(/"address":"0x[0-9a-fA-F]{40}"/, `"address":"${PUBLISHED_OPERATOR}"`)),
    ).toBe(true);
  });

  it.each([
    ['with 0x before its signature', signature, `0x${signature}`],
    ['with v 00 or 01', signature, signature.replace(/1b$/, '00').replace(/1c$/, '01')],
    ['unsigned', signature, ''],
    ['with a signature cut to 128 digits', signature, signature.slice(0, 128)],
    ['with a signature that names no key', signature, `${'11'.repeat(64)}1b`],
    ['with blanks', '"method":', '  "method" :  '],
    ['without result', '"result":null,', ''],
    ['with a member of its own', '{"id"', '{"more":[1],"id"'],
  ])('admits a frame %s', (_, from, to) => {
    expect(isAdmitted(connect.replace(from, to))).toBe(true);
  });

  it.each([
    ['another id', '{"id":"', '{"id":"x'],
    ['another method', '"method":"connect"', '"method":"job_result"'],
    ['another spelling of the operator', '"operator":"0xFE3B', '"operator":"0xfe3B'],
  ])('passes over a signed frame with %s', (_, from, to) => {
    expect(connect).toContain(from);
    expect(isAdmitted(connect.replace(from, to))).toBe(false);
  });
});

it('head admits whatever is an envelope', () => {
  const tampered = frameOf(connect.replace('{"id":"', '{"id":"x'));
  expect(HEAD.admits(tampered)).toBe(true);
});

describe('an envelope', () => {
  it.each([
    'hello',
    '[]',
    'null',
    '{}',
    '{"id":1,"method":"connect","address":"","hash":"","signature":""}',
    '{"id":"1","method":5,"address":"","hash":"","signature":""}',
    '{"id":"1","method":"connect","address":"","hash":""}',
  ])('is not %s', (text) => {
    expect(readFrame(Buffer.from(text))).toBeNull();
  });
});

describe('the first element', () => {
  const paramsOf = (json: string): Frame['params'] =>
    frameOf(`{"id":"1","method":null,"params":${json},"address":"","hash":"","signature":""}`).params;

  it.each([
    ['[{"operator":"x","hash":"","signature":""}]', {operator: 'x', workers: []}],
    [
      '[{"operator":"x","workers":["opml",1],"hash":"","signature":""},{}]',
      {operator: 'x', workers: ['opml']},
    ],
    ['[{"operator":"x","hash":""}]', null],
    ['[{"operator":1,"hash":"","signature":""}]', null],
    ['[]', null],
    ['null', null],
  ])('of connect %s is %o', (json, who) => {
    expect(readConnect(paramsOf(json))).toEqual(who);
  });

  it.each([
    [
      '[{"job_id":"j","result":null,"operator":"","signature":""}]',
      {jobId: 'j', result: 'null', operator: '', tag: ''},
    ],
    ['[{"job_id":"j","result":{"a":1.0},"operator":"o","signature":"","tag":null}]', {result: '{"a":1.0}'}],
    [
      '[{"job_id":"j","result":"\\u0000","operator":"o","signature":"","clock":{"1":"2"}}]',
      {clock: '{"1":"2"}'},
    ],
  ])('of job_result %s is kept', (json, kept) => {
    expect(readClaim(paramsOf(json))).toMatchObject(kept);
  });

  it.each([
    '[{"job_id":"j","operator":"","signature":""}]',
    '[{"job_id":"j","result":"a","signature":""}]',
    '[{"job_id":"j","result":"a","operator":""}]',
    '[{"job_id":1,"result":"a","operator":"","signature":""}]',
    '[{"job_id":"j","result":"a","operator":"","signature":"","tag":1}]',
    '[]',
    'null',
  ])('of job_result %s is dropped', (json) => {
    expect(readClaim(paramsOf(json))).toBeNull();
  });
});
