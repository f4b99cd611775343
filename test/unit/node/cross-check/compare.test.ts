import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  compareAnswers,
  MOST_MEAN,
  MOST_ONE,
  type Compared,
} from '../../../../src/lib/node/cross-check/compare.ts';
import {isSampled} from '../../../../src/lib/node/cross-check/sample.ts';

type Token = {token: string; logprob: number};
const ENGINE = {name: 'vllm', version: '0.9.1', model: 'm', digest: 'd', build: 'b', facts: ''};

const tokensOf = (text: string, logprob = -0.1): Token[] =>
  Array.from(text).map((token) => ({token, logprob}));

function said(text: string, change: {engine?: object | null; logprobs?: unknown} = {}): Compared {
  const {engine = ENGINE, logprobs = tokensOf(text)} = change;
  const body = {req_id: 'q', answer: text, ...(engine === null ? {} : {engine}), logprobs};
  return {text, body: JSON.stringify(body)};
}

const OTHER = {...ENGINE, build: 'another build'};
const verdict = (a: Compared, b: Compared) => compareAnswers('opml', a, b)?.verdict;
const shift = (text: string, by: number): Token[] =>
  tokensOf(text).map((one) => ({...one, logprob: one.logprob - by}));

describe('the words of two zkml workers', () => {
  it.each([
    ['true', 'true', 'same'],
    ['false', 'false', 'same'],
    ['true', 'false', 'different'],
    ['false', 'true', 'different'],
    ['true', 'yes', 'not_compared'],
    ['', '', 'not_compared'],
  ])('%s and %s are %s', (first, second, expected) => {
    const one = (text: string): Compared => ({text, body: ''});
    expect(compareAnswers('zkml', one(first), one(second))?.verdict).toBe(expected);
  });
});

it('no comparison is defined for tee workers', () => {
  expect(compareAnswers('tee', said('a'), said('a'))).toBeNull();
});

describe('two engines', () => {
  it.each<[string, Compared, Compared, string]>([
    ['of one build, the same text', said('a b'), said('a b'), 'same'],
    ['of one build, without logprobs', said('a b', {logprobs: []}), said('a b', {logprobs: null}), 'same'],
    ['of one build, two texts', said('a b'), said('a c'), 'different'],
    [
      'that do not say their build',
      said('a', {engine: {name: 'openai'}, logprobs: []}),
      said('a', {engine: {name: 'openai'}}),
      'not_compared',
    ],
    ['of which one is none', said('a'), said('a', {engine: null}), 'not_compared'],
    ['of two builds, the same text', said('a b'), said('a b', {engine: OTHER}), 'same'],
    [
      'of two builds, without logprobs on one side',
      said('a b'),
      said('a b', {engine: OTHER, logprobs: []}),
      'not_compared',
    ],
    [
      'of two builds, with a logprob that is no number',
      said('a'),
      said('a', {engine: OTHER, logprobs: [{token: 'a', logprob: 'x'}]}),
      'not_compared',
    ],
    [
      'of two builds, other tokens',
      said('ab'),
      said('ab', {
        engine: OTHER,
        logprobs: [
          {token: 'ab', logprob: -0.1},
          {token: '', logprob: 0},
        ],
      }),
      'not_compared',
    ],
    [
      'of two builds, tokens of another text',
      said('ab'),
      said('ab', {engine: OTHER, logprobs: tokensOf('xy')}),
      'not_compared',
    ],
    [
      'of two builds, the mean within the tolerance',
      said('abcd'),
      said('abcd', {engine: OTHER, logprobs: shift('abcd', MOST_MEAN * 0.99)}),
      'same',
    ],
    [
      'of two builds, the mean beyond it',
      said('abcd'),
      said('abcd', {engine: OTHER, logprobs: shift('abcd', MOST_MEAN * 1.01)}),
      'different',
    ],
    [
      'of two builds, one token far away',
      said('a'.repeat(50)),
      said('a'.repeat(50), {
        engine: OTHER,
        logprobs: [...tokensOf('a'.repeat(49)), {token: 'a', logprob: -0.1 - MOST_ONE * 1.01}],
      }),
      'different',
    ],
    ['of two builds, texts that part for sure', said('ab'), said('ac', {engine: OTHER}), 'different'],
    [
      'of two builds, texts that part where both are as likely',
      said('ab', {logprobs: tokensOf('ab', -0.7)}),
      said('ac', {engine: OTHER, logprobs: tokensOf('ac', -0.72)}),
      'not_compared',
    ],
    ['of two builds, one the beginning of the other', said('ab'), said('a', {engine: OTHER}), 'different'],
    [
      'of two builds, the mark of the end said by one',
      said('ab'),
      said('ab', {engine: OTHER, logprobs: [...tokensOf('ab'), {token: '</s>', logprob: 0}]}),
      'same',
    ],
  ])('%s', (_name, first, second, expected) => {
    expect(verdict(first, second)).toBe(expected);
  });

  it('are compared alike from both sides; equal texts alone are the same; empty logprobs of two builds never are', () => {
    const token = fc.record({
      token: fc.constantFrom('a', 'b', ' '),
      logprob: fc.double({min: -3, max: 0, noNaN: true}),
    });
    const answer = fc
      .record({
        tokens: fc.array(token, {maxLength: 6}),
        engine: fc.constantFrom(ENGINE, OTHER, null),
        empty: fc.boolean(),
      })
      .map(({tokens, engine, empty}) => ({
        one: said(tokens.map(({token: text}) => text).join(''), {engine, logprobs: empty ? [] : tokens}),
        engine,
        none: empty || tokens.length === 0,
      }));
    fc.assert(
      fc.property(answer, answer, (a, b) => {
        const found = verdict(a.one, b.one);
        expect(verdict(b.one, a.one)).toBe(found);
        if (found === 'same') expect(a.one.text).toBe(b.one.text);
        if (a.engine !== b.engine && (a.none || b.none)) expect(found).toBe('not_compared');
        if (a.engine === null || b.engine === null) expect(found).toBe('not_compared');
      }),
      {numRuns: 300},
    );
  });
});

describe('the sample', () => {
  it('is the same for every position and start, grows with the share, and is near it', () => {
    const keys = Array.from({length: 4_000}, (_, n) => ({jobId: `job-${n}`, tag: ''}));
    const few = keys.filter((key) => isSampled('secret', key, 0.05));
    const many = keys.filter((key) => isSampled('secret', key, 0.5));
    expect(few.every((key) => many.includes(key))).toBe(true);
    expect(few.length).toBeGreaterThan(140);
    expect(few.length).toBeLessThan(260);
    expect(keys.every((key) => isSampled('secret', key, 1))).toBe(true);
    // Who does not know the secret does not know the sample.
    expect(keys.filter((key) => isSampled('other', key, 0.05))).not.toEqual(few);
  });
});
