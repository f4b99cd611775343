import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import VerifyAttestation from '../../../../src/commands/verify/attestation.ts';
import {createAttestor, type Attestor} from '../../../../src/devnet/tee/attestation.ts';
import type {AttestationFault} from '../../../../src/devnet/tee/faults.ts';
import {ANSWER, MADE_AT, sha256} from '../../../support/attestations.ts';
import {goodFile} from '../../../support/config-file.ts';
import {checkContract} from '../../../support/json-contract.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'aos-verify-tee-'));
const AT = new Date(MADE_AT).toISOString();
let attestor: Attestor;
let document: Buffer;

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const callback = (bytes: Buffer, answer: unknown = ANSWER): string =>
  JSON.stringify({request_id: 'q1', answer, attestation: bytes.toString('base64')});
const made = (fault?: AttestationFault): Promise<Buffer> => attestor.attest(ANSWER, MADE_AT, fault);

beforeAll(async () => {
  // No configuration of this machine may have a say.
  vi.stubEnv('AOS_HOME', folder);
  attestor = await createAttestor(MADE_AT);
  document = await made();
  file('root.pem', attestor.rootPem);
  file('answer.txt', ANSWER);
  file('callback.json', callback(document));
  const registers = Object.entries(attestor.registers).map(
    ([index, value]) => `      ${index}: ["${value}"]\n`,
  );
  const tee = `workers:\n  tee:\n    url: http://127.0.0.1:3000\n    root: ./root.pem\n    pcrs:\n${registers.join('')}`;
  file('node.yaml', goodFile({more: tee}));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, {recursive: true});
});

type Envelope = {
  exitCode: number;
  result?: {
    verdict: string;
    form: string;
    answer: string;
    checks: {check: string; verdict: string; code: string | null; message: string}[];
    root: {sha256: string} | null;
    document: {sha256: string; registers: Record<string, string>; time: string} | null;
  };
  error?: {code: string; message: string};
};

/** Runs the command in this process: what it wrote, and its exit code. */
async function written(args: readonly string[]): Promise<{out: string; exit: number}> {
  let out = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockReturnValue(true),
  ];
  try {
    await VerifyAttestation.run([...args], {root});
    return {out, exit: Number(process.exitCode ?? 0)};
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = 0;
  }
}

async function verify(...args: string[]): Promise<Envelope> {
  const all = [...args, '--json'];
  const {out, exit} = await written(all);
  checkContract(['verify', 'attestation', ...all], out);
  const envelope = JSON.parse(out) as Envelope;
  expect(exit).toBe(envelope.exitCode);
  return envelope;
}

const judged = (): string[] => [
  ...['--root', join(folder, 'root.pem'), '--at', AT],
  ...['--pcr', `0=${attestor.registers['0'] ?? ''}`],
];
const answered = (): string[] => [...judged(), '--answer', join(folder, 'answer.txt')];
const failures = ({result}: Envelope): (string | null)[] =>
  (result?.checks ?? []).filter(({verdict}) => verdict === 'failed').map(({code}) => code);

describe('the file', () => {
  it.each<[string, (bytes: Buffer) => string | Uint8Array, string]>([
    ['its bytes', (bytes) => bytes, 'raw'],
    ['its hex', (bytes) => `0x${bytes.toString('hex').toUpperCase()}\n`, 'hex'],
    ['its hex in lines', (bytes) => bytes.toString('hex').replaceAll(/.{64}/g, '$&\n'), 'hex'],
    ['its base64 in lines', (bytes) => bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n'), 'base64'],
    ['its base64 for URLs', (bytes) => bytes.toString('base64url'), 'base64'],
    ['a JSON with its hex', (bytes) => JSON.stringify({attestation: bytes.toString('hex')}), 'json'],
  ])('may hold %s', async (_, content, form) => {
    const found = await verify(file('document', content(document)), ...answered());
    expect(found).toMatchObject({exitCode: 0, result: {verdict: 'valid', form, answer: 'file'}});
  });

  it('may be the callback, whose answer is compared then', async () => {
    const found = await verify(join(folder, 'callback.json'), ...judged());
    expect(found).toMatchObject({exitCode: 0, result: {form: 'json', answer: 'callback', verdict: 'valid'}});
    const other = await verify(file('other.json', callback(document, `${ANSWER}!`)), ...judged());
    expect([other.exitCode, failures(other)]).toEqual([3, ['ATTESTATION_OTHER_ANSWER']]);
    // What is given by hand comes before it.
    const given = await verify(join(folder, 'other.json'), ...answered());
    expect(given).toMatchObject({exitCode: 0, result: {answer: 'file'}});
  });

  it.each<[string, string | Uint8Array, number, string]>([
    ['nothing', '', 65, 'ATTESTATION_MALFORMED'],
    ['words', 'no document at all!', 65, 'ATTESTATION_MALFORMED'],
    ['a JSON that is cut', '{"attestation": "aGk', 65, 'ATTESTATION_MALFORMED'],
    ['a JSON without it', '{"answer": "hi"}', 65, 'ATTESTATION_MALFORMED'],
    ['a JSON with a number in its place', '{"attestation": 7}', 65, 'ATTESTATION_MALFORMED'],
  ])('that holds %s is said to be none', async (_, content, exitCode, code) => {
    expect(await verify(file('none', content), ...answered())).toMatchObject({exitCode, error: {code}});
  });

  it('that is missing, a folder or too long is not read', async () => {
    truncateSync(file('long', 'x'), 17 * 1024 * 1024);
    for (const name of ['missing', '.', 'long'])
      expect(await verify(join(folder, name), ...answered())).toMatchObject({
        exitCode: 74,
        error: {code: 'INPUT_UNREADABLE'},
      });
  });

  it.each<[string, () => Uint8Array]>([
    ['10 MB of CBOR', () => Buffer.alloc(10_000_000, 0x81)],
    ['lists in lists', () => Buffer.alloc(60_000, 0x81)],
    ['a document that is cut', () => document.subarray(0, 1_000)],
  ])('that holds %s is no document, and nothing else is said of it', async (_, bytes) => {
    const found = await verify(file('bomb', bytes()), ...answered());
    expect([found.exitCode, failures(found)]).toEqual([3, ['ATTESTATION_MALFORMED']]);
    expect(found.result?.checks.filter(({verdict}) => verdict === 'ok')).toEqual([]);
    expect(found.result?.document).toBeNull();
  });
});

describe('the verdict', () => {
  it('is valid with everything compared, whichever way the answer is given', async () => {
    const raw = file('document', document);
    expect(await verify(raw, ...answered())).toMatchObject({exitCode: 0});
    const hash = await verify(raw, ...judged(), '--answer-sha256', `0x${sha256(ANSWER).toUpperCase()}`);
    expect(hash).toMatchObject({exitCode: 0, result: {verdict: 'valid', answer: 'flag'}});
    expect(hash.result?.document).toMatchObject({time: AT, registers: attestor.registers});
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['no time', ['--at'], ['time']],
    ['no registers', ['--pcr'], ['registers']],
    ['no root', ['--root'], ['chain']],
    ['no answer', ['--answer'], ['answer']],
  ])('says with %s that this was not compared, and is no proof', async (_, without, open) => {
    const all = answered();
    const args = all.filter((__, index) => !without.includes(all[index - (index % 2)] ?? ''));
    const found = await verify(file('document', document), ...args);
    const others = found.result?.checks.filter(({verdict}) => verdict === 'not_checked') ?? [];
    expect([found.exitCode, found.result?.verdict]).toEqual([4, 'not_checked']);
    expect(others.map(({check}) => check)).toEqual([...open, 'revocation']);
  });

  it.each<[AttestationFault, string]>([
    ['expired', 'ATTESTATION_EXPIRED'],
    ['old', 'ATTESTATION_WRONG_TIME'],
    ['other-image', 'ATTESTATION_WRONG_IMAGE'],
    ['debug', 'ATTESTATION_DEBUG'],
    ['other-root', 'ATTESTATION_UNTRUSTED'],
    ['bad-signature', 'ATTESTATION_BAD_SIGNATURE'],
  ])('of a document that is %s is invalid by its code', async (fault, code) => {
    const found = await verify(file('document', await made(fault)), ...answered());
    expect([found.exitCode, found.result?.verdict, failures(found)]).toEqual([3, 'invalid', [code]]);
  });

  it('heeds each --pcr: one of several values, and every register', async () => {
    const raw = file('document', document);
    const other = `0=${'ab'.repeat(48)}`;
    expect(await verify(raw, ...answered(), '--pcr', other)).toMatchObject({exitCode: 0});
    const wrong = await verify(raw, ...answered(), '--pcr', `8=${'ab'.repeat(48)}`);
    expect([wrong.exitCode, failures(wrong)]).toEqual([3, ['ATTESTATION_WRONG_IMAGE']]);
  });

  it('allows two minutes on both sides of --at', async () => {
    const raw = file('document', document);
    for (const [offset, exitCode] of [
      [120_000, 0],
      [-120_000, 0],
      [121_000, 3],
      [-121_000, 3],
    ] as const) {
      const at = new Date(MADE_AT + offset).toISOString();
      const args = answered().map((text) => (text === AT ? at : text));
      expect((await verify(raw, ...args)).exitCode, at).toBe(exitCode);
    }
  });
});

it('takes root and registers of a configuration, and flags before them', async () => {
  const args = [join(folder, 'callback.json'), '--at', AT, '-c', join(folder, 'node.yaml')];
  expect(await verify(...args)).toMatchObject({exitCode: 0, result: {verdict: 'valid'}});
  const wrong = await verify(...args, '--pcr', `0=${'ab'.repeat(48)}`);
  expect([wrong.exitCode, failures(wrong)]).toEqual([3, ['ATTESTATION_WRONG_IMAGE']]);
  const other = await createAttestor(MADE_AT);
  const untrusted = await verify(...args, '--root', file('other.pem', other.rootPem));
  expect([untrusted.exitCode, failures(untrusted)]).toEqual([3, ['ATTESTATION_UNTRUSTED']]);
});

it.each<[string, () => string[], number, string]>([
  ['a root that is none', () => ['--root', join(folder, 'answer.txt')], 78, 'TEE_ROOT_INVALID'],
  ['a root that is missing', () => ['--root', join(folder, 'no.pem')], 78, 'TEE_ROOT_INVALID'],
  ['a register without a value', () => ['--pcr', '0'], 64, 'USAGE'],
  ['register 32', () => ['--pcr', `32=${'ab'.repeat(48)}`], 64, 'USAGE'],
  ['a value that is too short', () => ['--pcr', `0=${'ab'.repeat(47)}`], 64, 'USAGE'],
  ['a time without a zone', () => ['--at', '2026-06-01T12:00:00'], 64, 'USAGE'],
  ['a time that is none', () => ['--at', 'now'], 64, 'USAGE'],
  ['a hash that is too short', () => ['--answer-sha256', 'ab'], 64, 'USAGE'],
  [
    'an answer and a hash',
    () => ['--answer', join(folder, 'answer.txt'), '--answer-sha256', sha256(ANSWER)],
    64,
    'USAGE',
  ],
  ['an answer that is missing', () => ['--answer', join(folder, 'no.txt')], 74, 'INPUT_UNREADABLE'],
])('%s ends it', async (_, args, exitCode, code) => {
  expect(await verify(join(folder, 'callback.json'), ...args())).toMatchObject({exitCode, error: {code}});
});

it('shows people each check, what the document says, and the verdict', async () => {
  /** Its words, wherever a line ends. */
  const shown = async (path: string): Promise<[number, string]> => {
    const {out, exit} = await written([path, ...judged()]);
    return [exit, out.replaceAll(/\s+/g, ' ')];
  };
  const [good, text] = await shown(join(folder, 'callback.json'));
  expect(good).toBe(0);
  for (const words of [
    'Valid: an enclave of that root and those registers attests this answer.',
    `PCR8 ${attestor.registers['8'] ?? ''}`,
    'not checked: aos asks no list of revoked certificates',
  ])
    expect(text).toContain(words);
  const [bad, why] = await shown(file('bad.json', callback(await made('debug'))));
  expect(bad).toBe(3);
  for (const words of [
    'the enclave runs in debug mode, where it proves nothing',
    'Start the enclave without --debug-mode.',
    'Not valid.',
  ])
    expect(why).toContain(words);
});
