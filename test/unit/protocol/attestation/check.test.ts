import {createHash} from 'node:crypto';
import {beforeAll, describe, expect, it} from 'vitest';
import {signedDocument, type DocumentParts} from '../../../../src/devnet/tee/attestation.ts';
import {createEnclaveAuthority} from '../../../../src/devnet/tee/authority.ts';
import {cbor, type Cbor} from '../../../../src/devnet/tee/cbor.ts';
import {createAttestationChecker} from '../../../../src/lib/protocol/attestation/check/check.ts';
import type {AttestationPolicy, AttestedAnswer} from '../../../../src/lib/protocol/attestation/report.ts';
import {ANSWER, enclave, MADE_AT, measure, sha256, type Enclave} from '../../../support/attestations.ts';

const check = createAttestationChecker();
const MINUTE = 60_000;
const EXPECTED: AttestedAnswer = {
  sha256: sha256(ANSWER),
  between: {from: MADE_AT - 2 * MINUTE, to: MADE_AT + 2 * MINUTE},
};
const NOTHING: AttestedAnswer = {sha256: null, between: null};

let one: Enclave;
beforeAll(async () => {
  one = await enclave();
});

/** The checks that failed, each with its code. */
async function failures(
  document: Uint8Array,
  {policy = one.policy, expected = EXPECTED}: {policy?: AttestationPolicy; expected?: AttestedAnswer} = {},
): Promise<string[]> {
  const {verdict, checks} = await check(document, policy, expected);
  const failed = checks.flatMap((found) =>
    found.verdict === 'failed' ? `${found.check} ${found.code}` : [],
  );
  expect(verdict === 'invalid').toBe(failed.length > 0);
  return failed;
}

describe('a document of an enclave', () => {
  it('is valid for its answer, and says what it is of', async () => {
    const bytes = one.document();
    const {verdict, checks, document} = await check(bytes, one.policy, EXPECTED);
    expect(checks.map(({check: name, verdict: found}) => `${name} ${found}`)).toEqual([
      'form ok',
      'chain ok',
      'dates ok',
      'signature ok',
      'registers ok',
      'answer ok',
      'time ok',
      'revocation not_checked',
    ]);
    expect(verdict).toBe('valid');
    expect(document).toMatchObject({timestamp: MADE_AT, userData: sha256(ANSWER)});
    expect(document?.registers['0']).toBe(measure(0).toString('hex'));
    expect(document?.certificates.map(({subject}) => subject)).toEqual([
      'CN=aos devnet root',
      'CN=1.aos devnet',
      'CN=2.aos devnet',
      'CN=3.aos devnet',
      'CN=enclave.aos devnet',
    ]);
  });

  it('is read with a length for its map, and with the tag of COSE_Sign1, as the same document', async () => {
    const bytes = one.document();
    const tagged = Buffer.concat([Buffer.from([0xd2]), bytes]);
    const plain = await check(bytes, one.policy, EXPECTED);
    expect(await check(tagged, one.policy, EXPECTED)).toMatchObject({
      verdict: 'valid',
      document: {sha256: plain.document?.sha256},
    });
    expect(await failures(signed({}))).toEqual([]);
  });

  it('is not checked where nothing is known to judge it by', async () => {
    const found = await check(one.document(), {root: null, registers: {}}, NOTHING);
    expect(found.verdict).toBe('not_checked');
    const open = found.checks.filter(({verdict}) => verdict === 'not_checked').map(({check: name}) => name);
    expect(open).toEqual(['chain', 'registers', 'answer', 'time', 'revocation']);
  });

  it('has a second signature that is as good, and stays the same document', async () => {
    const bytes = one.document();
    const plain = await check(bytes, one.policy, EXPECTED);
    const other = Buffer.from(bytes);
    const s = BigInt(`0x${bytes.subarray(-48).toString('hex')}`);
    other.write((P384_ORDER - s).toString(16).padStart(96, '0'), bytes.length - 48, 'hex');
    expect(other.equals(bytes)).toBe(false);
    expect(await check(other, one.policy, EXPECTED)).toEqual(plain);
  });
});

const P384_ORDER =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

describe('what a document fails by', () => {
  const days = 86_400_000;
  it.each<[string, () => Partial<DocumentParts> | Promise<Partial<DocumentParts>>, string[]]>([
    [
      'another answer',
      () => ({userData: createHash('sha256').update('other').digest()}),
      ['answer ATTESTATION_OTHER_ANSWER'],
    ],
    ['no answer', () => ({userData: null}), ['answer ATTESTATION_OTHER_ANSWER']],
    ['a time before', () => ({at: MADE_AT - 2 * MINUTE - 1}), ['time ATTESTATION_WRONG_TIME']],
    ['a time after', () => ({at: MADE_AT + 2 * MINUTE + 1}), ['time ATTESTATION_WRONG_TIME']],
    [
      'a time outside its certificate',
      () => ({at: MADE_AT + 10 * days}),
      ['dates ATTESTATION_EXPIRED', 'time ATTESTATION_WRONG_TIME'],
    ],
    [
      'a certificate that ended',
      async () => {
        const {der, key} = await one.authority.issue(MADE_AT - 10 * days, MADE_AT - 2_000);
        return {certificate: der, key};
      },
      ['dates ATTESTATION_EXPIRED'],
    ],
    [
      'another image',
      () => ({registers: new Map([0, 1, 2].map((index) => [index, measure(index + 7)]))}),
      ['registers ATTESTATION_WRONG_IMAGE'],
    ],
    [
      'a register left out',
      () => ({registers: new Map([[0, measure(0)]])}),
      ['registers ATTESTATION_WRONG_IMAGE'],
    ],
    [
      'a debug enclave',
      () => ({registers: new Map([0, 1, 2].map((index) => [index, Buffer.alloc(48)]))}),
      ['registers ATTESTATION_DEBUG'],
    ],
    [
      'the key of another enclave',
      async () => ({key: (await one.authority.issue(MADE_AT - days, MADE_AT + days)).key}),
      ['signature ATTESTATION_BAD_SIGNATURE'],
    ],
    [
      'another root',
      async () => {
        const other = await createEnclaveAuthority({at: MADE_AT});
        const {der, key} = await other.issue(MADE_AT - days, MADE_AT + days);
        return {cabundle: other.bundle, certificate: der, key};
      },
      ['chain ATTESTATION_UNTRUSTED'],
    ],
    [
      'a certificate of another authority below the right root',
      async () => {
        const other = await createEnclaveAuthority({at: MADE_AT});
        const {der, key} = await other.issue(MADE_AT - days, MADE_AT + days);
        return {certificate: der, key};
      },
      ['chain ATTESTATION_UNTRUSTED'],
    ],
    [
      'a chain with one certificate left out',
      () => ({cabundle: one.authority.bundle.filter((_, index) => index !== 2)}),
      ['chain ATTESTATION_UNTRUSTED'],
    ],
    [
      'a chain in another order',
      () => ({cabundle: one.authority.bundle.toReversed()}),
      ['chain ATTESTATION_UNTRUSTED'],
    ],
    [
      'an enclave that signs certificates',
      () => ({cabundle: [...one.authority.bundle, one.certificate.der]}),
      ['chain ATTESTATION_UNTRUSTED'],
    ],
    [
      'an authority that signs the document itself',
      () => ({
        certificate: one.authority.bundle[3] ?? Buffer.alloc(0),
        cabundle: one.authority.bundle.slice(0, 3),
      }),
      ['chain ATTESTATION_UNTRUSTED', 'signature ATTESTATION_BAD_SIGNATURE'],
    ],
  ])('%s', async (_, parts, expected) => {
    expect(await failures(one.document(await parts()))).toEqual(expected);
  });

  it.each([
    ['more authorities than one allows', {pathLengths: [0, 1, 0]}],
    ['authorities that say that they are none', {areAuthorities: false}],
  ])('%s', async (_, options) => {
    const other = await enclave(options);
    expect(await failures(other.document(), {policy: other.policy})).toEqual(['chain ATTESTATION_UNTRUSTED']);
  });
});

/** The members of a valid document, changed. */
function signed(changed: Readonly<Record<string, Cbor>>): Buffer {
  const members = new Map<string, Cbor>(
    Object.entries({
      module_id: 'an enclave',
      digest: 'SHA384',
      timestamp: MADE_AT,
      pcrs: new Map([0, 1, 2].map((index) => [index, measure(index)])),
      certificate: one.certificate.der,
      cabundle: one.authority.bundle,
      public_key: null,
      user_data: createHash('sha256').update(ANSWER).digest(),
      nonce: null,
      ...changed,
    }),
  );
  return signedDocument(cbor(members), one.certificate.key);
}

describe('what is no document', () => {
  const FORM = ['form ATTESTATION_MALFORMED'];

  it.each<[string, () => Readonly<Record<string, Cbor>>]>([
    ['a name of no characters', () => ({module_id: ''})],
    ['another digest', () => ({digest: 'SHA512'})],
    ['no time', () => ({timestamp: 0})],
    ['a time in words', () => ({timestamp: 'now'})],
    ['no registers', () => ({pcrs: new Map()})],
    ['register 32', () => ({pcrs: new Map([[32, measure(0)]])})],
    ['a register below zero', () => ({pcrs: new Map([[-1, measure(0)]])})],
    ['a register of 47 bytes', () => ({pcrs: new Map([[0, Buffer.alloc(47, 1)]])})],
    ['a certificate that is a text', () => ({certificate: 'none'})],
    ['a certificate of 1025 bytes', () => ({certificate: Buffer.alloc(1025)})],
    ['a certificate that is none', () => ({certificate: Buffer.from('none')})],
    ['an empty bundle', () => ({cabundle: []})],
    ['a bundle of nine', () => ({cabundle: Array.from({length: 9}, () => one.certificate.der)})],
    ['user data of 1025 bytes', () => ({user_data: Buffer.alloc(1025)})],
    ['a nonce that is a number', () => ({nonce: 7})],
    ['nesting in a member that nothing reads', () => ({more: [[[[[[1]]]]]]})],
  ])('%s', async (_, changed) => {
    expect(await failures(signed(changed()))).toEqual(FORM);
  });

  const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  it.each<[string, () => Uint8Array]>([
    ['nothing', () => Buffer.alloc(0)],
    ['10 MB', () => Buffer.alloc(10_000_000, 0x81)],
    ['64 KiB and a byte', () => Buffer.concat([one.document(), Buffer.alloc(64 * 1024 + 1)])],
    ['a nesting bomb', () => Buffer.alloc(60_000, 0x81)],
    ['nested maps', () => Buffer.alloc(60_000, 0xa1)],
    ['nested tags', () => Buffer.alloc(60_000, 0xd2)],
    ['nested parts without a length', () => Buffer.alloc(60_000, 0x9f)],
    ['a list of 2^64 - 1', () => bytesOf('9bffffffffffffffff')],
    ['a map of 2^32 - 1', () => bytesOf('bafffffffff6')],
    ['bytes of 2^63', () => bytesOf('84 5b8000000000000000 a0 40 40')],
    ['a list without a length', () => bytesOf('9f 44a1013822 a0 40 40 ff')],
    ['bytes without a length', () => bytesOf('84 5f44a1013822ff a0 40 40')],
    ['a number', () => bytesOf('00')],
    ['a list of three', () => bytesOf('83 44a1013822 a0 40')],
    ['a byte behind it', () => Buffer.concat([one.document(), Buffer.from([0])])],
    ['its end missing', () => one.document().subarray(0, -1)],
    [
      'ES256 in its header',
      () => Buffer.from(one.document().toString('hex').replace('44a1013822', '43a10126'), 'hex'),
    ],
    [
      'an open header',
      () => Buffer.from(one.document().toString('hex').replace('a1013822a0', 'a1013822a10100'), 'hex'),
    ],
    ['a signature of 95 bytes', () => shorterSignature(one.document())],
  ])('%s', async (_, bytes) => {
    expect(await failures(bytes())).toEqual(FORM);
  });

  it.each([
    ['a key twice', 'a2 69 6d6f64756c655f6964 6161 69 6d6f64756c655f6964 6162'],
    ['a number longer than it needs to be', 'a1 69 74696d657374616d70 1b0000000000000001'],
    ['a tag', 'a1 69 74696d657374616d70 c100'],
    ['a part without a length inside', 'bf 64 70637273 bf ff ff'],
    ['text without a length', 'bf 69 6d6f64756c655f6964 7f6161ff ff'],
    ['a number with a point', 'a1 69 74696d657374616d70 f93c00'],
    ['text that is not UTF-8', 'a1 69 6d6f64756c655f6964 61ff'],
  ])('a payload with %s', async (_, payload) => {
    expect(await failures(signedDocument(bytesOf(payload), one.certificate.key))).toEqual(FORM);
  });
});

function shorterSignature(document: Buffer): Buffer {
  const head = document.subarray(0, -98);
  return Buffer.concat([head, Buffer.from([0x58, 95]), document.subarray(-96, -1)]);
}
