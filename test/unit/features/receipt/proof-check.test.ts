import {expect, it} from 'vitest';
import {proofKindCheck} from '../../../../src/lib/features/receipt/proof-check.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {
  ModelFacts,
  ModelFiles,
  ProofReport,
  ProofRequest,
} from '../../../../src/lib/peers/zk/messages.ts';
import type {KindEvidence} from '../../../../src/lib/protocol/receipt/kind-check.ts';

const {signal} = new AbortController();
const [VK, SETTINGS, SRS] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const FACTS: ModelFacts = {
  ...{system: 'ezkl', ezklVersion: '15.1.0', engineVersion: '12.0.1', notBound: []},
  ...{vkSha256: VK, settingsSha256: SETTINGS, srsSha256: SRS},
};
const MODEL = {
  vk: '/vk',
  vkSha256: VK,
  settings: '/settings',
  settingsSha256: SETTINGS,
  srs: null,
  srsSha256: null,
};
const NAMED: ModelFiles = {...MODEL, vk: '/named', vkSha256: null, settingsSha256: null};
const PROOF = {bytes: Buffer.from('{}'), vkSha256: VK, settingsSha256: SETTINGS, srsSha256: SRS};

function evidence(over: Partial<KindEvidence> = {}): KindEvidence {
  return {
    ...{kind: 'zkml', jobId: 'job-1', model: 'mean', prompt: '', result: 'true', proofPath: null},
    ...{body: Buffer.of(), proof: PROOF, askedAt: null, answeredAt: null},
    ...over,
  };
}

type Said = Partial<ProofReport> | AosError;

/** A check whose thread says this; `asked` is what it was asked. */
function checkOf(said: Said, files: ModelFiles | null = null) {
  const asked: ProofRequest[] = [];
  const report: ProofReport = {
    ...{word: 'true', fault: null, model: FACTS, mark: null, outputs: null, kept: null},
    ...(said instanceof AosError ? {} : said),
  };
  const judge = (request: ProofRequest): Promise<ProofReport> => {
    asked.push(request);
    return said instanceof AosError ? Promise.reject(said) : Promise.resolve(report);
  };
  const models = new Map([['mean', MODEL]]);
  return {asked, check: proofKindCheck({files, models, dirs: ['/engine dir'], thread: {judge}})};
}

const fault = (code: 'PROOF_MALFORMED' | 'PROOF_ENGINE_MISSING' | 'PROOF_MODEL_FILES') => ({
  ...{word: null, fault: {code, message: `it is ${code}`}},
});

it.each<[string, Said, Partial<KindEvidence>, string]>([
  ['a true proof and a true result', {}, {}, 'valid'],
  ['a false proof and a false result', {word: 'false'}, {result: 'false'}, 'valid'],
  ['a false proof and a true result', {word: 'false'}, {}, 'broken'],
  ['a true proof and a false result', {}, {result: 'false'}, 'broken'],
  ['a true proof and a result that is no word', {}, {result: 'TRUE'}, 'broken'],
  ['a true result of no whole proof', fault('PROOF_MALFORMED'), {}, 'broken'],
  ['a false result of no whole proof', fault('PROOF_MALFORMED'), {result: 'false'}, 'not_checked'],
  ['no proof', {}, {proof: null}, 'not_checked'],
  ['a model that is not known here', {}, {model: 'other'}, 'not_checked'],
  ['an engine that is missing', {...fault('PROOF_ENGINE_MISSING'), model: null}, {}, 'not_checked'],
  ['files that cannot be read', {...fault('PROOF_MODEL_FILES'), model: null}, {}, 'not_checked'],
  ['a check that takes too long', new AosError('PROOF_CHECK_TIMEOUT', 'too long'), {}, 'not_checked'],
  ['another key', {}, {proof: {...PROOF, vkSha256: SRS}}, 'not_checked'],
  ['other settings', {}, {proof: {...PROOF, settingsSha256: null}}, 'not_checked'],
  ['another SRS', {}, {proof: {...PROOF, srsSha256: VK}}, 'not_checked'],
])('says of %s in a receipt what it is', async (_, said, over, wanted) => {
  const verdict = await checkOf(said).check(evidence(over), signal);
  expect(verdict.verdict).toBe(wanted);
  expect(verdict.why).not.toBe('');
});

it('says what to type where files or the engine are missing, and shows nothing that is not signed', async () => {
  const hostile = evidence({model: 'no such model', proof: {...PROOF, vkSha256: 'f'.repeat(64)}});
  const {why} = await checkOf({}).check(hostile, signal);
  expect(why).toContain('--vk and --settings');
  const other = await checkOf({}, NAMED).check(hostile, signal);
  expect(other.why).toContain('another key');
  for (const text of [why, other.why]) expect(text).not.toMatch(/ffff|no such model/);
  const missing = await checkOf({...fault('PROOF_ENGINE_MISSING'), model: null}).check(evidence(), signal);
  expect(missing.why).toContain("npm install --prefix '/engine dir'");
});

it('checks by the files that were named before those of the configuration', async () => {
  const {asked, check} = checkOf({}, NAMED);
  await check(evidence({model: 'other'}), signal);
  expect(asked).toMatchObject([{files: NAMED, engineDirs: ['/engine dir'], proof: PROOF.bytes}]);
});
