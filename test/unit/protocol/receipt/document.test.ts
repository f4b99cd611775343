import {describe, expect, it} from 'vitest';
import {readReceipt, writeReceipt} from '../../../../src/lib/protocol/receipt/document.ts';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {thrown} from '../../../support/config-file.ts';
import {receiptFor} from '../../../support/receipts.ts';

const vrf = await loadVrf();
const whole = receiptFor(vrf, {jobId: 'a\u001b[31m\u202e', prompt: '"\\\u0000é\u{1f600}'});
const text = writeReceipt(whole);
const read = (of: string) => readReceipt(Buffer.from(of));

describe('the document of a receipt', () => {
  it('gives every byte back, also of what is no text', () => {
    expect(read(text)).toEqual(whole);
    const odd = {...whole, reply: Buffer.from([0x7b, 0xff, 0x00, 0xc3])};
    expect(Buffer.from(readReceipt(Buffer.from(writeReceipt(odd))).reply ?? []).equals(odd.reply)).toBe(true);
    expect(writeReceipt(read(text))).toBe(text);
  });

  it('holds a proof with the hashes of what it was checked by', () => {
    const [one, other, third] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
    const proof = {
      bytes: Buffer.from('{"proof":[1]}'),
      vkSha256: one ?? '',
      settingsSha256: other ?? '',
      srsSha256: third ?? '',
    };
    const ezkl = receiptFor(vrf, {kind: 'zkml', answer: 'true', proof});
    const groth16 = receiptFor(vrf, {
      ...{kind: 'zkml', answer: 'true'},
      proof: {...proof, settingsSha256: null, srsSha256: null},
    });
    for (const receipt of [ezkl, groth16]) expect(read(writeReceipt(receipt))).toEqual(receipt);
    for (const [from, to] of [
      ['"vkSha256": "a', '"vkSha256": "A'],
      ['"srsSha256"', '"srs"'],
      ['"bytes": {', '"bytes": {"base64": "", '],
    ] as const) {
      const changed = writeReceipt(ezkl).replace(from, to);
      expect(thrown(() => read(changed))).toMatchObject({code: 'RECEIPT_INVALID'});
    }
  });

  it('is ASCII, without anything that a terminal obeys', () => {
    expect(text).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  it('says where parts are not here', () => {
    const bare = {...whole, frame: null, range: null, worker: null, readings: [], reply: null};
    expect(read(writeReceipt(bare))).toEqual(bare);
  });

  it.each([
    ['is empty', ''],
    ['is cut', text.slice(0, 900)],
    ['is JSON of something else', '{"a":1}'],
    ['is a list', '[]'],
    ['is of another version', text.replace('aos.receipt/1', 'aos.receipt/2')],
    ['lacks a member', text.replace('"operator"', '"operater"')],
    ['has a member twice', text.replace('{', '{"operator":"0x",')],
    ['has one more', text.replace('{', '{"more":1,')],
    ['has a number in another spelling', text.replace('"index": 0', '"index": 0.0')],
    ['has a range in another spelling', text.replace('"end": "600000"', '"end": "0600000"')],
    ['has a kind that there is not', text.replace('"kind": "opml"', '"kind": "odd"')],
    [
      'has base64 in another spelling',
      text.replace(/"result": \{\s*"text": ".*"\s*\}/, '"result": {"base64": "AB=="}'),
    ],
    ['is no UTF-8', `${text}\u{fffd}`],
  ])('refuses a file that %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    expect(thrown(() => read(changed))).toMatchObject({code: 'RECEIPT_INVALID'});
  });
});
