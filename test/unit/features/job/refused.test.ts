import {describe, expect, it} from 'vitest';
import {refusedResult, refusedText} from '../../../../src/lib/features/job/refused.ts';
import type {RefusedRecord} from '../../../../src/lib/node/journal/inflow.ts';

const record = (n: number, frame: Uint8Array, change: Partial<RefusedRecord> = {}): RefusedRecord => ({
  n,
  at: Date.UTC(2030, 0, 2, 3, 4, 5),
  reason: 'bad-message',
  code: 'MESSAGE_INVALID',
  message: 'params[0].job is not an object',
  bytes: frame.length,
  frame,
  ...change,
});

const text = Buffer.from('{"id":"x","params":["\u001b[31m"]}');
const stored = [
  record(7, text),
  record(5, Uint8Array.of(0xff, 0x41), {bytes: 70_000, message: 'not \u001b UTF-8'}),
];
const journal = {
  refused: {
    list: (limit: number) => stored.slice(0, limit),
    one: (n: number) => stored.find((one) => one.n === n),
    count: () => ({total: 7, kept: 2}),
  },
};

describe('messages that were refused', () => {
  it('are listed, the newest first, with how many there were', () => {
    const result = refusedResult(journal, {number: undefined, limit: 20});
    expect(result).toMatchObject({
      total: 7,
      kept: 2,
      messages: [
        {number: 7, at: '2030-01-02T03:04:05.000Z', bytes: text.length, frame: text.toString(), isCut: false},
        {number: 5, frame: '\ufffdA', isCut: true},
      ],
    });
    expect(refusedText(result, {width: 100, whole: false})).toMatchInlineSnapshot(`
      "NO  CAME                 REASON       WHAT IS WRONG                   BYTES
       7  2030-01-02 03:04:05  bad-message  params[0].job is not an object     29
       5  2030-01-02 03:04:05  bad-message  not \\x1b UTF-8                  70000
      2 messages of 7, 2 kept"
    `);
  });

  it('are shown whole one by one, harmless on a terminal', () => {
    const result = refusedResult(journal, {number: 7, limit: 20});
    const lines = refusedText(result, {width: 100, whole: true}).split('\n');
    expect(lines.at(-1)).toBe('{"id":"x","params":["\\x1b[31m"]}');
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('say so when there are none, and which number is not there', () => {
    const none = {refused: {...journal.refused, list: () => [], count: () => ({total: 0, kept: 0})}};
    const result = refusedResult(none, {number: undefined, limit: 20});
    expect(refusedText(result, {width: 80, whole: false})).toBe('no message was refused');
    expect(() => refusedResult(journal, {number: 6, limit: 20})).toThrow('no message 6 is kept');
  });
});
