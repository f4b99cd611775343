import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {packJob, sha256, unpackJob, type PackedJob} from '../../../../src/lib/node/journal/packed.ts';
import {codePoint} from '../../../support/any-text.ts';
import {VRF} from '../../../support/journal.ts';

const MOST = 560;
const text = fc.string({unit: codePoint, maxLength: 300});
const job = (over: Partial<PackedJob> = {}): PackedJob => ({
  signer: null,
  vrf: VRF,
  range: '0 9 100 5',
  delivery: null,
  attempts: 1,
  why: null,
  cut: null,
  content: '{"result":"r"}',
  ...over,
});

describe('a packed job', () => {
  it('is what it was, whatever its texts are', () =>
    fc.assert(
      fc.property(text, text, text, (content, why, jobId) => {
        const packed = packJob(job({content, why}), jobId, MOST);
        if (packed === null) return;
        expect(packed.length).toBeLessThanOrEqual(MOST);
        const back = unpackJob(packed, jobId);
        const cut = {sha256: sha256(content), bytes: Buffer.byteLength(content)};
        expect([job({content, why}), job({content: null, cut, why})]).toContainEqual(back);
      }),
    ));

  it('leaves out a content that is too large, and is none when the rest is', () => {
    const large = sha256('a') + sha256('b');
    const random = Array.from({length: 40}, (_, n) => sha256(String(n))).join('');
    const packed = packJob(job({content: random}), 'id', MOST);
    expect(packed === null ? packed : unpackJob(packed, 'id')).toEqual(
      job({content: null, cut: {sha256: sha256(random), bytes: random.length}}),
    );
    expect(packJob(job({why: random + large}), 'id', MOST)).toBeNull();
  });

  it.each([[''], ['\u0000'], ['\u0001'], ['\u0001abc'], ['\u0002abc']])('of %j is no packed job', (bytes) => {
    expect(() => unpackJob(Buffer.from(bytes), 'id')).toThrow(/packed job that no aos writes/);
  });
});
