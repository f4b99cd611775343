import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readModel} from '../../../../src/devnet/llm/model.ts';
import {complete} from '../../../../src/devnet/llm/llm.ts';

type Expected = {
  sha256: string;
  greedy: {prompt: string; maxTokens: number; text: string; tokens: number[]}[];
};

const expected = JSON.parse(
  readFileSync(new URL('../../../vectors/tiny-llm.json', import.meta.url), 'utf8'),
) as Expected;
const file = readFileSync(new URL('../../../../src/devnet/assets/tiny.bin', import.meta.url));
const model = readModel(file);

/** Each prompt's state root as first computed; other bits on any runtime, or after any change, would make other ones. */
const STATE_ROOTS = [
  '944a51e28d14636890252639c800562c3d32db9f736279eecffa71134f8faba0',
  '6d6ccbc34241e74218b0f21981a840489257c746e89970ebb3c544cc2792de68',
  '7fe591c34355f457fc5658aedf8272d6b6c083e7eb288348438ed5ad34adb7ab',
  '678007ecb1118478def1b0243cfbf76154f64ffab660fe0692f97d0c5b553592',
];

describe('the model file', () => {
  it('is the one of the published digest', () => {
    expect(createHash('sha256').update(file).digest('hex')).toBe(expected.sha256);
    expect(Buffer.from(model.digest).toString('hex')).toBe(expected.sha256);
    expect(model.shape).toEqual({dim: 96, layers: 3, heads: 4, ffn: 256, context: 128, vocab: 288});
  });

  it.each([
    ['empty', file.subarray(0, 0)],
    ['cut in its header', file.subarray(0, 23)],
    ['cut', file.subarray(0, -4)],
    ['too long', Buffer.concat([file, Buffer.alloc(4)])],
    ['of impossible sizes', Buffer.alloc(24)],
  ])('is refused when %s', (_name, bytes) => {
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({code: 'DEVNET_FAILED'}));
  });
});

describe('greedy completion', () => {
  it.each(expected.greedy.map((sample, index) => ({...sample, stateRoot: STATE_ROOTS[index]})))(
    'of "$prompt"',
    ({prompt, maxTokens, text, tokens, stateRoot}) => {
      expect(complete(model, prompt, maxTokens)).toEqual({text, tokens, stateRoot});
    },
  );

  it('gives the same again, and begins the same when it is longer', () => {
    fc.assert(
      fc.property(
        fc.string({unit: 'grapheme', maxLength: 12}),
        fc.integer({min: 1, max: 12}),
        (prompt, length) => {
          const short = complete(model, prompt, length);
          expect(complete(model, prompt, length)).toEqual(short);
          expect(complete(model, prompt, length + 3).tokens.slice(0, short.tokens.length)).toEqual(
            short.tokens,
          );
        },
      ),
      {numRuns: 10},
    );
  });

  it('ends at 128 tokens in all', () => {
    // start, four bytes, and 123 more
    expect(complete(model, 'What', 1000).tokens).toHaveLength(123);
  });

  it('of a long prompt continues from its last bytes, with room for the answer', () => {
    const long = `${'x'.repeat(5_000)}${'The state of the union '.repeat(20)}`;
    const kept = long.slice(-(127 - 32));
    const answer = complete(model, long, 32);
    expect(answer.tokens).toEqual(complete(model, kept, 32).tokens);
    expect(answer.tokens).toHaveLength(32);
    expect(complete(model, long, 1000).tokens).toHaveLength(64);
  });

  it('of an empty prompt begins with the start token alone', () => {
    expect(complete(model, '', 4).tokens).toHaveLength(4);
  });
});

describe('the state root', () => {
  it('covers the whole prompt, also what the context has no room for', () => {
    const prompt = 'The state of the union '.repeat(10);
    const [a, b] = [complete(model, `a${prompt}`, 4), complete(model, `b${prompt}`, 4)];
    expect(a.tokens).toEqual(b.tokens);
    expect(a.stateRoot).not.toBe(b.stateRoot);
  });

  it('covers the weights and every step', () => {
    const changed = Buffer.from(file);
    changed.writeFloatLE(changed.readFloatLE(24) + 1e-3, 24);
    const roots = [
      complete(model, 'The', 4),
      complete(model, 'The', 5),
      complete(readModel(changed), 'The', 4),
    ];
    expect(new Set(roots.map(({stateRoot}) => stateRoot)).size).toBe(3);
  });
});
