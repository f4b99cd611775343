import {describe, expect, it} from 'vitest';
import {kindsOf, networkArgs, networkOptions} from '../../../../src/lib/features/devnet/devnet-flags.ts';
import {submissionOf} from '../../../../src/lib/features/devnet/submission.ts';

const FLAGS = {friendly: false};
const usage = expect.objectContaining({code: 'USAGE'}) as Error;

describe('the kinds of a devnet', () => {
  it('are opml, or those that were named, each once', () => {
    expect(kindsOf({})).toEqual(['opml']);
    expect(kindsOf({kind: ['zkml', 'tee', 'zkml']})).toEqual(['zkml', 'tee']);
  });

  it('are handed on to the devnet of aos run', () => {
    expect(networkArgs({...FLAGS, kind: ['tee', 'zkml']})).toEqual(['--kind', 'tee', '--kind', 'zkml']);
    expect(networkArgs({...FLAGS, kind: ['zkml'], second: 'lies'})).toEqual([
      '--kind',
      'zkml',
      '--second',
      'lies',
    ]);
  });

  it('may have an engine in the place of the opml worker: a stand-in, or one that runs elsewhere', () => {
    const own = {...FLAGS, engine: 'openai', kind: ['opml', 'tee'], fault: ['worker-silent']};
    expect(networkOptions(own)).toMatchObject({
      workerUrl: null,
      engine: {api: 'completions', model: 'aos-tiny'},
    });
    expect(networkArgs(own)).toEqual([
      ...['--kind', 'opml', '--kind', 'tee', '--engine', 'openai', '--fault', 'worker-silent'],
    ]);
    const other = {...FLAGS, engine: 'openai', 'worker-url': 'http://127.0.0.1:9/v1/', 'engine-model': 'm'};
    expect(networkOptions(other)).toMatchObject({
      workerUrl: 'http://127.0.0.1:9',
      engine: {api: 'chat', model: 'm'},
    });
    expect(networkOptions({...other, 'engine-api': 'completions'}).engine?.api).toBe('completions');
    expect(networkOptions(FLAGS).engine).toBeNull();
  });

  it.each([
    [{engine: 'openai', kind: ['tee']}],
    [{engine: 'openai', 'worker-url': 'http://127.0.0.1:9'}],
    [{engine: 'openai', fault: ['worker-locked']}],
    [{kind: ['tee'], fault: ['worker-locked']}],
    [{kind: ['opml'], fault: ['worker-no-srs']}],
    [{fault: ['worker-enclave-gone']}],
    [{kind: ['tee', 'zkml'], 'worker-url': 'http://127.0.0.1:1'}],
    [{kind: ['tee'], second: 'lies'}],
    [{second: 'agrees'}],
  ])('do not go with %j', (flags) => {
    expect(() => networkOptions({...FLAGS, ...flags})).toThrow(usage);
  });

  it.each([
    [{kind: ['tee'], fault: ['worker-silent', 'signer-slow', 'worker-enclave-dies']}],
    [{kind: ['opml', 'zkml'], fault: ['worker-no-srs', 'worker-locked']}],
    [{kind: ['zkml'], 'worker-url': 'http://127.0.0.1:1', second: 'refuses'}],
  ])('go with %j', (flags) => {
    expect(networkOptions({...FLAGS, ...flags}).kinds).toEqual(flags.kind);
  });
});

describe('a job of aos devnet submit', () => {
  const proofs = (): string => 'http://127.0.0.1:9';

  it('of a model is a text', () => {
    const job = {prompt: 'x', kind: 'tee'};
    expect(submissionOf(job, proofs)).toEqual({...job, model: 'tiny-llm'});
    expect(() => submissionOf({...job, proof: 'mean-0'}, proofs)).toThrow(usage);
  });

  it.each([
    [{}, 'mean', 'http://127.0.0.1:9/mean-0.json'],
    [{model: 'dense'}, 'dense', 'http://127.0.0.1:9/dense-0.json'],
    [{proof: 'dense-1-byte'}, 'mean', 'http://127.0.0.1:9/dense-1-byte.json'],
    [{proof: 'http://x/y?z'}, 'mean', 'http://x/y?z'],
    [{proof: '/tmp/proof.json'}, 'mean', '/tmp/proof.json'],
  ])('with %j verifies a proof of %s at %s', (flags, model, proofPath) => {
    expect(submissionOf({prompt: 'x', kind: 'zkml', ...flags}, proofs)).toMatchObject({model, proofPath});
  });

  it('needs a devnet with proofs to name one of them', () => {
    const job = {prompt: 'x', kind: 'zkml'};
    expect(() => submissionOf(job, () => undefined)).toThrow(usage);
    expect(submissionOf({...job, proof: 'http://x/'}, () => undefined).proofPath).toBe('http://x/');
  });
});
