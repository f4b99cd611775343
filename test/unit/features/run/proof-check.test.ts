import {describe, expect, it} from 'vitest';
import type {ProofChecks} from '../../../../src/lib/config/config.ts';
import {createProofCheck, createProofJudge} from '../../../../src/lib/features/run/proof-check.ts';
import {createProofMemory} from '../../../../src/lib/features/run/proof-memory.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {AnswerToCheck, CheckVerdict} from '../../../../src/lib/node/operator/check-port.ts';
import type {ProofReport} from '../../../../src/lib/peers/zk/messages.ts';
import {readWorkerAnswer} from '../../../../src/lib/protocol/wire/worker-answers.ts';

const MODEL = {vk: '/vk', vkSha256: 'a', settings: '/s', settingsSha256: 'b', srs: null, srsSha256: null};
const never = new AbortController().signal;

/** What the engine says beside the word: by which files, and what of the proof is kept. */
const KEPT: Pick<ProofReport, 'model' | 'kept' | 'outputs'> = {
  model: {
    ...{system: 'ezkl', ezklVersion: '15.1.0', engineVersion: '12.0.1', notBound: []},
    ...{vkSha256: 'a', settingsSha256: 'b', srsSha256: 'c'},
  },
  kept: Uint8Array.of(1, 2),
  outputs: ['0.5'],
};

type Says = ProofReport['word'] | AosError;

/** A check whose engine says of a proof what its name is: true, false, or a fault. */
function world(change: Partial<ProofChecks> = {}, knownGood = false) {
  const facts = new Map<string, string>();
  const journal = {
    recall: (name: string) => facts.get(name) ?? null,
    remember: (name: string, value: string) => Promise.resolve(void facts.set(name, value)),
  };
  const says = new Map<string, Says>();
  const proofs: ProofChecks = {
    verify: 'both',
    models: new Map([['mean', MODEL]]),
    engineDir: null,
    allowPrivate: [],
    repeats: 'hold',
    ...change,
  };
  const check = () =>
    createProofCheck({
      proofs,
      knownGood: () => (knownGood ? {model: 'mean', proofPath: 'http://p/good'} : null),
      memory: createProofMemory(journal),
      judge: createProofJudge({
        proofs,
        fetch: (url) =>
          url.endsWith('/hangs')
            ? new Promise(() => undefined)
            : Promise.resolve(Buffer.from(url.slice(url.lastIndexOf('/') + 1))),
        thread: {
          judge: ({proof}) => {
            const name = String(proof);
            const said = says.get(name) ?? 'true';
            if (said instanceof AosError && said.code === 'PROOF_CHECK_TIMEOUT') return Promise.reject(said);
            const fault = said instanceof AosError ? {code: said.code, message: said.message} : null;
            const word = said instanceof AosError ? null : said;
            return Promise.resolve({...KEPT, word, fault, mark: `${name}-mark`});
          },
        },
      }),
    });
  let one = check();
  return {
    says,
    restart: () => void (one = check()),
    wants: (model: string, kind: 'zkml' | 'opml' = 'zkml') =>
      one.wants({key: {jobId: 'j', tag: '', position: ''}, kind, model}),
    check: (said: string, proof: string, jobId = 'job-1'): Promise<CheckVerdict> => {
      const body = JSON.stringify({req_id: 'r', code: 200, result: said});
      const answer: AnswerToCheck = {
        ...{seq: 1, requestId: 'r', prompt: '', workerUrl: null, askedAt: 0, receivedAt: 1},
        ...{key: {jobId, tag: '', position: ''}, kind: 'zkml', model: 'mean', body},
        params: new Map([['proof_path', `http://p/${proof}`]]),
        said: readWorkerAnswer('zkml', Buffer.from(body)),
      };
      return one.check(answer, never);
    },
  };
}

const verdictOf = (verdict: CheckVerdict): string =>
  verdict.verdict === 'held' ? `${verdict.code} ${verdict.then}` : verdict.verdict;

describe('the check of a proof', () => {
  it('whose server hangs holds up no other', async () => {
    const {check} = world();
    void check('true', 'hangs', 'job-1');
    expect(await check('true', 'b', 'job-2')).toMatchObject({verdict: 'ok'});
  });

  it('wants the models whose files are named, unless the worker alone is to say it', () => {
    const {wants} = world();
    expect([wants('mean'), wants('dense'), wants('mean', 'opml')]).toEqual([true, false, false]);
    expect(world({verify: 'worker'}).wants('mean')).toBe(false);
  });

  it.each<[string, Says, string]>([
    ['true', 'true', 'ok'],
    ['false', 'false', 'ok'],
    ['true', 'false', 'PROOF_DISAGREES wait'],
    ['false', 'true', 'PROOF_DISAGREES wait'],
    ['true', new AosError('PROOF_MALFORMED', 'a byte more'), 'PROOF_MALFORMED wait'],
    ['false', new AosError('PROOF_MALFORMED', 'a byte more'), 'PROOF_MALFORMED wait'],
    ['false', new AosError('PROOF_VERSION_UNKNOWN', 'x'), 'PROOF_VERSION_UNKNOWN check_again'],
    ['false', new AosError('PROOF_MODEL_FILES', 'no SRS'), 'PROOF_MODEL_FILES check_again'],
    ['false', new AosError('PROOF_ENGINE_MISSING', 'x'), 'PROOF_ENGINE_MISSING check_again'],
  ])('of a worker that says %s, with an engine that says %s: %s', async (said, engine, wanted) => {
    const all = world();
    all.says.set('a', engine);
    const verdict = await all.check(said, 'a');
    expect(verdictOf(verdict)).toBe(wanted);
    expect(verdict.facts).toMatchObject({workerSays: said});
    // Whatever becomes of the answer: it may be released.
    expect(verdict.proof).toEqual({
      ...{deflated: KEPT.kept, vkSha256: 'a', settingsSha256: 'b', srsSha256: 'c'},
    });
  });

  it('that takes too long is no verdict', async () => {
    const all = world();
    all.says.set('a', new AosError('PROOF_CHECK_TIMEOUT', 'too long'));
    await expect(all.check('false', 'a')).rejects.toMatchObject({code: 'PROOF_CHECK_TIMEOUT'});
  });

  it('takes a proof for one job, whatever tag it comes with, also after a restart', async () => {
    const all = world();
    expect(verdictOf(await all.check('true', 'a', 'job-1'))).toBe('ok');
    all.restart();
    expect(verdictOf(await all.check('true', 'a', 'job-1'))).toBe('ok');
    expect(await all.check('true', 'a', 'job-2')).toMatchObject({
      code: 'PROOF_REPEATED',
      message: 'the proof is that of job job-1',
    });
    expect(verdictOf(await all.check('true', 'b', 'job-2'))).toBe('ok');
    expect(verdictOf(await world({repeats: 'allow'}).check('true', 'a', 'job-2'))).toBe('ok');
  });

  it('remembers no false proof: it would keep the true one of the next job', async () => {
    const all = world();
    all.says.set('a', 'false');
    await all.check('false', 'a', 'job-1');
    all.says.set('a', 'true');
    expect(verdictOf(await all.check('true', 'a', 'job-2'))).toBe('ok');
  });

  it.each<[string, Partial<ProofChecks>]>([
    ['an SRS of its own', {models: new Map([['mean', {...MODEL, srs: '/srs'}]])}],
    ['no worker', {verify: 'engine'}],
  ])('with %s believes a false once the engine has said true', async (_, change) => {
    const all = world(change);
    all.says.set('a', 'false');
    expect(verdictOf(await all.check('false', 'a'))).toBe('PROOF_UNPROVEN check_again');
    await all.check('true', 'b', 'job-2');
    expect(verdictOf(await all.check('false', 'a'))).toBe('ok');
    const known = world(change, true);
    known.says.set('a', 'false');
    expect(verdictOf(await known.check('false', 'a'))).toBe('ok');
    known.restart();
    known.says.set('good', 'false');
    expect(verdictOf(await known.check('false', 'a'))).toBe('PROOF_UNPROVEN check_again');
  });
});

it('keeps a bounded number of proofs', async () => {
  const facts = new Map<string, string>();
  const memory = createProofMemory({
    recall: (name) => facts.get(name) ?? null,
    remember: (name, value) => Promise.resolve(void facts.set(name, value)),
  });
  for (let n = 0; n < 100; n += 1) await memory.claim(`abcd${n}`, `job-${n}`);
  expect([facts.size, (JSON.parse(facts.get('proof:abcd') ?? '[]') as unknown[]).length]).toEqual([1, 8]);
  expect(await memory.claim('abcd99', 'other')).toBe('job-99');
});
