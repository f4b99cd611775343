import {createHash, generateKeyPairSync, KeyObject, sign, webcrypto} from 'node:crypto';
import 'reflect-metadata/lite';
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {beforeAll, describe, expect, it} from 'vitest';
import {signedDocument} from '../../../../src/devnet/tee/attestation.ts';
import {cbor, type Cbor} from '../../../../src/devnet/tee/cbor.ts';
import {createAttestationChecker} from '../../../../src/lib/protocol/attestation/check/check.ts';
import type {AllowedRegisters} from '../../../../src/lib/protocol/attestation/report.ts';
import {ANSWER, enclave, MADE_AT, measure, sha256, type Enclave} from '../../../support/attestations.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const P384 = {name: 'ECDSA', namedCurve: 'P-384'} as const;
const P256 = {name: 'ECDSA', namedCurve: 'P-256'} as const;
const RSA = {
  ...{name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048},
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;
const check = createAttestationChecker();

type Keys = webcrypto.CryptoKeyPair;
type Links = {
  root?: 'P-384' | 'RSA';
  leaf?: 'P-384' | 'P-256';
  /** Of the leaf, and of the authority between. */
  leafUsage?: KeyUsageFlags;
  middleUsage?: KeyUsageFlags;
  /** The issuer that the leaf names. */
  issuer?: string;
  /** One more extension of the leaf. */
  more?: Extension;
  hash?: 'SHA-384' | 'SHA-256';
};

const keysOf = (algorithm: typeof P384 | typeof P256 | typeof RSA): Promise<Keys> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** A root, an authority and a leaf, with one thing changed. */
async function chainOf(links: Links): Promise<{bundle: Buffer[]; leaf: Buffer; key: KeyObject}> {
  const [rootKeys, middleKeys, leafKeys] = await Promise.all([
    keysOf(links.root === 'RSA' ? RSA : P384),
    keysOf(P384),
    keysOf(links.leaf === 'P-256' ? P256 : P384),
  ]);
  const {hash = 'SHA-384', leafUsage = KeyUsageFlags.digitalSignature} = links;
  const {middleUsage = KeyUsageFlags.keyCertSign} = links;
  const times = {notBefore: new Date(MADE_AT - HOUR), notAfter: new Date(MADE_AT + HOUR)};
  const made = async (of: {
    subject: string;
    issuer: string;
    keys: Keys;
    by: Keys;
    extensions: Extension[];
  }): Promise<Buffer> => {
    const isRsa = of.by.privateKey.algorithm.name === RSA.name;
    const certificate = await X509CertificateGenerator.create({
      ...times,
      serialNumber: '01',
      subject: of.subject,
      issuer: of.issuer,
      signingAlgorithm: isRsa ? {name: RSA.name, hash: 'SHA-256'} : {name: 'ECDSA', hash},
      publicKey: of.keys.publicKey,
      signingKey: of.by.privateKey,
      extensions: of.extensions,
    });
    return Buffer.from(certificate.rawData);
  };
  const authority = (usage: KeyUsageFlags): Extension[] => [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(usage, true),
  ];
  const root = {subject: 'CN=root', issuer: 'CN=root', keys: rootKeys, by: rootKeys};
  const middle = {subject: 'CN=middle', issuer: 'CN=root', keys: middleKeys, by: rootKeys};
  const leaf = {subject: 'CN=leaf', issuer: links.issuer ?? 'CN=middle', keys: leafKeys, by: middleKeys};
  const more = links.more === undefined ? [] : [links.more];
  return {
    bundle: [
      await made({...root, extensions: authority(KeyUsageFlags.keyCertSign)}),
      await made({...middle, extensions: authority(middleUsage)}),
    ],
    leaf: await made({
      ...leaf,
      extensions: [new BasicConstraintsExtension(false), new KeyUsagesExtension(leafUsage), ...more],
    }),
    key: KeyObject.from(leafKeys.privateKey),
  };
}

const MEMBERS: Readonly<Record<string, Cbor>> = {
  module_id: 'i-0123456789abcdef0-enc0123456789abcdef',
  digest: 'SHA384',
  timestamp: MADE_AT,
  pcrs: new Map(
    Array.from({length: 16}, (_, index): [number, Buffer] => [
      index,
      index < 5 ? measure(index) : Buffer.alloc(48),
    ]),
  ),
};

/** Codes of what fails in a document, signed by the key of a chain or of the enclave. */
async function failures(
  changed: Readonly<Record<string, Cbor>>,
  {
    chain,
    registers = {0: [measure(0).toString('hex')]},
    raw = (bytes: Buffer): Uint8Array => bytes,
  }: {
    chain?: Awaited<ReturnType<typeof chainOf>>;
    registers?: AllowedRegisters;
    raw?: (bytes: Buffer) => Uint8Array;
  } = {},
): Promise<string[]> {
  const cabundle = chain?.bundle ?? one.authority.bundle;
  const members = new Map<string, Cbor>(
    Object.entries({
      ...MEMBERS,
      certificate: chain?.leaf ?? one.certificate.der,
      cabundle,
      public_key: null,
      user_data: createHash('sha256').update(ANSWER).digest(),
      nonce: null,
      ...changed,
    }),
  );
  const key = chain?.key ?? one.certificate.key;
  const isP384 = key.asymmetricKeyDetails?.namedCurve === 'secp384r1';
  const bytes = raw(signedDocument(cbor(members), isP384 ? key : one.certificate.key));
  const {verdict, checks} = await check(
    bytes,
    {root: cabundle[0] ?? null, registers},
    {sha256: sha256(ANSWER), between: {from: MADE_AT - 2 * MINUTE, to: MADE_AT + 2 * MINUTE}},
  );
  const failed = checks.flatMap((found) => (found.verdict === 'failed' ? found.code : []));
  expect(verdict === 'invalid').toBe(failed.length > 0);
  return failed;
}

let one: Enclave;
beforeAll(async () => {
  one = await enclave();
});

describe('a document in the form of the specification', () => {
  it('with registers 0 to 15, the root first in its bundle and empty options is valid, also below another chain', async () => {
    expect(await failures({})).toEqual([]);
    expect(await failures({}, {chain: await chainOf({})})).toEqual([]);
    expect(await failures({public_key: Buffer.alloc(1024, 1), nonce: Buffer.alloc(512, 2)})).toEqual([]);
  });
});

const UNTRUSTED = ['ATTESTATION_UNTRUSTED'];
const MALFORMED = ['ATTESTATION_MALFORMED'];

describe('a chain is refused', () => {
  it.each<[string, Links, string[]]>([
    ['with an RSA root', {root: 'RSA'}, MALFORMED],
    ['with a leaf of P-256', {leaf: 'P-256'}, MALFORMED],
    ['signed with SHA-256', {hash: 'SHA-256'}, MALFORMED],
    ['whose leaf signs certificates alone', {leafUsage: KeyUsageFlags.keyCertSign}, UNTRUSTED],
    ['whose authority signs documents alone', {middleUsage: KeyUsageFlags.digitalSignature}, UNTRUSTED],
    ['whose leaf names another issuer', {issuer: 'CN=other'}, UNTRUSTED],
    [
      'with an extension that has to be known and is not',
      {more: new Extension('2.5.29.30', true, Buffer.from('3000', 'hex'))},
      MALFORMED,
    ],
  ])('%s', async (_, links, codes) => {
    expect(await failures({}, {chain: await chainOf(links)})).toEqual(codes);
  });
});

describe('a member is refused', () => {
  const time = (hex: string): ((bytes: Buffer) => Uint8Array) => {
    const head = Buffer.concat([cbor('timestamp'), cbor(MADE_AT)]);
    return (bytes) => {
      const at = bytes.indexOf(head);
      const value = Buffer.from(hex, 'hex');
      // Of the same length, so that the lengths around it stay.
      expect(value.length).toBe(cbor(MADE_AT).length);
      return Buffer.concat([
        bytes.subarray(0, at),
        cbor('timestamp'),
        value,
        bytes.subarray(at + head.length),
      ]);
    };
  };

  it.each([
    ['a time with a point', 'fb4278000000000000'],
    ['a time of 2^63', '1b8000000000000000'],
    ['a time below zero', '3b0000018000000000'],
  ])('%s', async (_, hex) => {
    expect(await failures({}, {raw: time(hex)})).toEqual(MALFORMED);
  });

  it.each<[string, Readonly<Record<string, Cbor>>, string[]]>([
    [
      'a time far ahead',
      {timestamp: Number.MAX_SAFE_INTEGER},
      ['ATTESTATION_EXPIRED', 'ATTESTATION_WRONG_TIME'],
    ],
    ['a time of zero', {timestamp: 0}, MALFORMED],
    ['user data of 31 bytes', {user_data: Buffer.alloc(31)}, ['ATTESTATION_OTHER_ANSWER']],
    ['user data of no bytes', {user_data: Buffer.alloc(0)}, ['ATTESTATION_OTHER_ANSWER']],
    ['user data in words', {user_data: sha256(ANSWER)}, MALFORMED],
    ['a nonce of 1025 bytes', {nonce: Buffer.alloc(1025)}, MALFORMED],
    ['a public key of 1025 bytes', {public_key: Buffer.alloc(1025)}, MALFORMED],
    ['a register by name', {pcrs: new Map([['0', measure(0)]])}, MALFORMED],
    [
      'a register of zeros in one of three',
      {pcrs: new Map([0, 1, 2].map((n) => [n, n === 1 ? Buffer.alloc(48) : measure(n)]))},
      ['ATTESTATION_DEBUG'],
    ],
    ['no register 2', {pcrs: new Map([0, 1].map((n) => [n, measure(n)]))}, ['ATTESTATION_WRONG_IMAGE']],
  ])('%s', async (_, changed, codes) => {
    expect(await failures(changed)).toEqual(codes);
  });

  it.each<[string, AllowedRegisters]>([
    ['no value that is allowed', {0: []}],
    ['a register that the document does not have', {0: [measure(0).toString('hex')], 31: ['ab'.repeat(48)]}],
    ['zeros that are allowed by name', {0: ['00'.repeat(48)]}],
  ])('%s', async (_, registers) => {
    expect(await failures({}, {registers})).toEqual(['ATTESTATION_WRONG_IMAGE']);
  });

  it('a signature of P-256 over the same bytes, and one of r and s that are zero', async () => {
    const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
    const forged = sign('sha384', Buffer.from('x'), {key: privateKey, dsaEncoding: 'ieee-p1363'});
    for (const signature of [Buffer.concat([forged, Buffer.alloc(32)]), Buffer.alloc(96)])
      expect(
        await failures({}, {raw: (bytes) => Buffer.concat([bytes.subarray(0, -96), signature])}),
      ).toEqual(['ATTESTATION_BAD_SIGNATURE']);
  });
});

describe('the same document in other bytes', () => {
  it('is the same one, or none: nothing outside its signature makes another one', async () => {
    const bytes = one.document();
    const policy = {...one.policy};
    const expected = {sha256: sha256(ANSWER), between: null};
    const plain = await check(bytes, policy, expected);
    const text = bytes.toString('hex');
    const payloadHead = /^8444a1013822a0(59....)/.exec(text)?.[1] ?? '';
    const others = {
      tagged: `d2${text}`,
      'tagged twice': `d2d2${text}`,
      'tag 18 in a longer form': `d812${text}`,
      'a list without a length': `9f${text.slice(2)}ff`,
      'an open header with a key': text.replace('a1013822a0', 'a1013822a10100'),
      'a longer length of the payload': text.replace(payloadHead, `5a0000${payloadHead.slice(2)}`),
      'a longer length of the list': `9804${text.slice(2)}`,
      'tag 98': `d862${text}`,
    };
    const found = await Promise.all(
      Object.entries(others).map(async ([name, hex]) => {
        const {document} = await check(Buffer.from(hex, 'hex'), policy, expected);
        return [name, document === null ? 'none' : document.sha256 === plain.document?.sha256];
      }),
    );
    expect(Object.fromEntries(found)).toEqual({
      ...Object.fromEntries(Object.keys(others).map((name) => [name, 'none'])),
      tagged: true,
    });
  });
});
