import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {sample, vrfInput, widen, type SamplingRange} from '../../../../src/lib/protocol/vrf/sampling.ts';

const vrf = await loadVrf();
const range = (start: number, end: number, max = 600_000): SamplingRange => ({
  start: BigInt(start),
  end: BigInt(end),
  max: BigInt(max),
  block: null,
});

/** A prover whose beta ends in the given hex digits. */
function proverOf(end: string) {
  const beta = Uint8Array.from(Buffer.from(end.padStart(128, 'f'), 'hex'));
  return {publicKey: 'ab'.repeat(32), prove: () => ({proof: new Uint8Array(80).fill(1), beta})};
}

const plain = {prompt: 'What is AI?', tag: '', position: ''};

describe('the input of the VRF', () => {
  it('is the hex text of SHA-512 of the prompt, as ASCII', () => {
    // SHA-512 of the empty text and of "abc", FIPS 180-4.
    const empty =
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e';
    const abc =
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f';
    expect(vrfInput('').promptHash).toBe(empty);
    expect(vrfInput('abc').promptHash).toBe(abc);
    expect(vrfInput('abc').alpha).toEqual(new Uint8Array(Buffer.from(abc, 'ascii')));
  });

  it('takes the prompt as UTF-8', () => {
    const bytes = Uint8Array.of(0xc3, 0xa9, 0xf0, 0x9f, 0x90, 0x8b);
    expect(vrfInput('é🐋').promptHash).toBe(createHash('sha512').update(bytes).digest('hex'));
  });
});

describe('widen', () => {
  it.each([
    ['', '', range(100_000, 200_000), 100_000, 200_000],
    ['', 'before', range(100_000, 200_000), 100_000, 200_000],
    ['suspicion', '', range(100_000, 200_000), 82_000, 218_000],
    ['suspicion', 'before', range(100_000, 200_000), 82_000, 218_000],
    ['suspicion', 'after', range(100_000, 200_000), 82_000, 218_000],
    ['malicious', 'after', range(100_000, 200_000), 82_000, 218_000],
    ['malicious', 'before', range(100_000, 200_000), 40_000, 260_000],
    // the low end stops at 0, the high end does not stop at MAX
    ['suspicion', '', range(5_000, 10_000), 0, 28_000],
    ['malicious', 'before', range(590_000, 600_000), 530_000, 660_000],
    // 3 % of 2^32−1 is 128849018.85, 10 % is 429496729.5: both ends are cut towards zero
    ['suspicion', '', range(200_000_000, 300_000_000, 0xffffffff), 71_150_981, 428_849_018],
    ['malicious', 'before', range(500_000_000, 600_000_000, 0xffffffff), 70_503_270, 1_029_496_729],
    ['suspicion', '', range(1, 2, 10), 0, 2],
    // a tag that the protocol does not know is ordinary work: the submitter may send any text
    ['whatever', '', range(100_000, 200_000), 100_000, 200_000],
    ['unknown', 'before', range(100_000, 200_000), 100_000, 200_000],
    ['Suspicion', '', range(100_000, 200_000), 100_000, 200_000],
    [' ', '', range(100_000, 200_000), 100_000, 200_000],
    ['__proto__', '', range(100_000, 200_000), 100_000, 200_000],
  ])('%j %j of %o', (tag, position, given, start, end) => {
    expect(widen(given, tag, position)).toEqual({start, end});
  });

  it('is done in doubles, which round where exact arithmetic would cut', () => {
    // 3 % of 2^53−1 is 270215977642229.73; added to 2^53−2 that is …219.73, and doubles of that size are even.
    const large = range(9_007_199_254_740_990, 9_007_199_254_740_990, 9_007_199_254_740_991);
    expect(widen(large, 'suspicion', '')).toEqual({start: 8_736_983_277_098_760, end: 9_277_415_232_383_220});
  });

  it.each([
    ['malicious', ''],
    ['malicious', 'Before'],
    ['malicious', 'during'],
  ])('knows no %j %j', (tag, position) => {
    expect(widen(range(1, 2), tag, position)).toBeNull();
  });
});

describe('sample', () => {
  it.each([
    // 0x2ea7b3 = 3057587, less 5 · 600000
    ['2ea7b3', 6, 600_000, 57_587],
    // 0x1c784e = 1865806, less 3 · 600000
    ['1c784e', 6, 600_000, 65_806],
    ['ffffff', 6, 0xffffffff, 16_777_215],
    ['000000', 6, 600_000, 0],
    ['0927c0', 6, 600_000, 0],
    ['0927bf', 6, 600_000, 599_999],
    // fewer digits; more than a double holds: 2^64−1 = 18446744073709551615
    ['2ea7b3', 4, 600_000, 42_931],
    ['2ea7b3', 1, 600_000, 3],
    ['ffffffffffffffff', 16, 600_000, 351_615],
  ])('takes from …%s the last %i digits modulo %i', (end, precision, max, r) => {
    expect(sample(proverOf(end), plain, range(0, 0, max), precision).r).toBe(r);
  });

  it.each([
    [57_587, false],
    [57_588, true],
    [0, false],
  ])('with a range of width %i: %s', (width, selected) => {
    const drawn = sample(proverOf('2ea7b3'), plain, range(300_000, 300_000 + width), 6);
    expect(drawn).toMatchObject({r: 57_587, threshold: width, valid: true, vrf: {selected}});
  });

  it('widens for a suspected user', () => {
    const narrow = range(100_000, 110_000);
    expect(sample(proverOf('2ea7b3'), plain, narrow, 6)).toMatchObject({
      threshold: 10_000,
      vrf: {selected: false},
    });
    const suspected = {...plain, tag: 'malicious', position: 'before'};
    expect(sample(proverOf('2ea7b3'), suspected, narrow, 6)).toMatchObject({
      threshold: 130_000,
      vrf: {selected: true},
    });
  });

  it('selects nothing for an unset range, a range turned around, or a MAX of 0', () => {
    for (const given of [range(0, 0), range(20, 10), range(0, 0, 0)]) {
      expect(sample(proverOf('000000'), plain, given, 6).vrf.selected).toBe(false);
    }
  });

  it('samples an unknown tag like no tag', () => {
    const [tagged, ordinary] = ['whatever', ''].map((tag) =>
      sample(proverOf('2ea7b3'), {...plain, tag}, range(0, 57_588), 6),
    );
    expect(tagged).toEqual(ordinary);
    expect(tagged).toMatchObject({valid: true, r: 57_587, threshold: 57_588, vrf: {selected: true}});
  });

  it('selects nothing for an unknown position of malicious, and gives the proof all the same', () => {
    const drawn = sample(proverOf('000000'), {...plain, tag: 'malicious'}, range(0, 600_000), 6);
    expect(drawn).toMatchObject({
      valid: false,
      threshold: 0,
      vrf: {selected: false, vrf_proof: '01'.repeat(80)},
    });
  });

  it('fills the fields so that anyone can check them', () => {
    const prover = vrf.prover(new Uint8Array(32).fill(9));
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), fc.nat(600_000), fc.nat(600_000), (prompt, a, b) => {
        const given = range(Math.min(a, b), Math.max(a, b));
        const {vrf: fields, r, threshold} = sample(prover, {...plain, prompt}, given, 6);
        const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
        const alpha = new TextEncoder().encode(fields.vrf_prompt_hash);
        const beta = vrf.verify(bytes(fields.vrf_verify_pubkey), alpha, bytes(fields.vrf_proof));
        expect(beta).toEqual(bytes(fields.vrf_random_value));
        expect(fields.vrf_prompt_hash).toBe(createHash('sha512').update(prompt).digest('hex'));
        expect(r).toBe(parseInt(fields.vrf_random_value.slice(-6), 16) % 600_000);
        expect(fields.selected).toBe(r < threshold);
        expect(threshold).toBe(Math.abs(a - b));
      }),
      {numRuns: 20},
    );
  });
});
