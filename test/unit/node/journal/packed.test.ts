import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  MOST_PACKED,
  packJob,
  sha256,
  unpackJob,
  type PackedJob,
} from '../../../../src/lib/node/journal/packed.ts';
import {codePoint} from '../../../support/any-text.ts';
import {VRF} from '../../../support/journal.ts';

const text = fc.string({unit: codePoint, maxLength: 300});
const job = (over: Partial<PackedJob> = {}): PackedJob => ({
  signer: null,
  vrf: VRF,
  range: '0 9 100 5',
  delivery: null,
  attempts: 1,
  why: null,
  elementHash: sha256('element'),
  content: '{"result":"r"}',
  contentHash: sha256('{"result":"r"}'),
  contentBytes: 14,
  ...over,
});

describe('a packed job', () => {
  it('is what it was, whatever its texts are', () =>
    fc.assert(
      fc.property(text, text, (content, why) => {
        const packed = packJob(job({content, why}));
        if (packed === null) return;
        expect(packed.length).toBeLessThanOrEqual(MOST_PACKED);
        const {content: back, ...rest} = unpackJob(packed);
        expect([content, null]).toContain(back);
        expect(rest).toEqual({...job({why}), content: undefined});
      }),
    ));

  it('leaves out a content that is too large, and is none when the rest is', () => {
    const large = sha256('a') + sha256('b');
    const random = Array.from({length: 40}, (_, n) => sha256(String(n))).join('');
    const packed = packJob(job({content: random}));
    expect(packed === null ? packed : unpackJob(packed)).toEqual(job({content: null}));
    expect(packJob(job({why: random + large}))).toBeNull();
  });

  it.each([[''], ['\u0000'], ['\u0001'], ['\u0001abc'], ['\u0002abc']])('of %j is no packed job', (bytes) => {
    expect(() => unpackJob(Buffer.from(bytes))).toThrow(/packed job that no aos writes/);
  });
});
