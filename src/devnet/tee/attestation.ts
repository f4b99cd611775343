import {createHash, sign, type KeyObject} from 'node:crypto';
import {createEnclaveAuthority, type EnclaveAuthority, type EnclaveCertificate} from './authority.ts';
import {cbor, type Cbor} from './cbor.ts';
import type {AttestationFault} from './faults.ts';

/** What the document says in place of an enclave's name: there is no enclave behind it. */
export const STAND_IN = 'stand-in of the aos devnet, no enclave';

/** ES384 of RFC 9053; the header of every document of an AWS Nitro enclave. */
const PROTECTED = cbor(new Map([[1, -35]]));
const REGISTER_BYTES = 48;
const REGISTERS = 16;
/** The registers that AWS gives a meaning to; the others of an enclave are zeros. */
const USED = [0, 1, 2, 3, 4, 8];
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A certificate is used until so much before its end, as that of an enclave. */
const LEFT_MS = 10 * MINUTE;

/** Makes the attestation documents of one enclave. */
export type Attestor = {
  /** PEM of the root that its documents lead to. */
  readonly rootPem: string;
  /** The registers that are in use, by number, lower-case hex. */
  readonly registers: Readonly<Record<string, string>>;
  /** Of an answer, at a time (Unix ms). */
  attest(answer: string, at: number, fault?: AttestationFault): Promise<Buffer>;
};

/** What a document is made of. */
export type DocumentParts = {
  /** Unix ms. */
  at: number;
  registers: ReadonlyMap<number, Uint8Array>;
  certificate: Uint8Array;
  cabundle: readonly Uint8Array[];
  userData: Uint8Array | null;
  /** The key that signs it. */
  key: KeyObject;
};

/**
 * Documents with the form of an AWS Nitro enclave's: COSE_Sign1 over a map whose `user_data` is the SHA-256 of the answer,
 * signed by the key of a certificate that leads to a root. The root is a new one: no enclave vouches for anything, and
 * `module_id` says so.
 * @param at Unix ms
 */
export async function createAttestor(at: number): Promise<Attestor> {
  const authority = await createEnclaveAuthority({at});
  const registers = registersOf('the tiny model of the aos devnet');
  let current = await newCertificate(at);
  let other: Promise<EnclaveAuthority> | null = null;
  let first: Buffer | null = null;

  async function newCertificate(now: number): Promise<EnclaveCertificate & {until: number}> {
    const until = now + 3 * HOUR;
    return {...(await authority.issue(now - MINUTE, until)), until};
  }

  return {
    rootPem: authority.rootPem,
    registers: Object.fromEntries(
      USED.map((index) => [index, Buffer.from(registers.get(index) ?? []).toString('hex')]),
    ),
    async attest(answer, now, fault) {
      if (fault === 'replayed' && first !== null) return first;
      let {bundle} = authority;
      if (now > current.until - LEFT_MS) current = await newCertificate(now);
      let certificate: EnclaveCertificate = current;
      let said = registers;
      let time = now;
      switch (fault) {
        case 'expired':
          certificate = await authority.issue(now - 4 * HOUR, now - HOUR);
          break;
        case 'old':
          certificate = await authority.issue(now - 2 * HOUR, now + HOUR);
          time = now - HOUR;
          break;
        case 'other-image':
          said = registersOf('another image');
          break;
        case 'debug':
          said = registersOf(null);
          break;
        case 'other-root':
          other ??= createEnclaveAuthority({at: now, name: 'another root'});
          ({bundle} = await other);
          certificate = await (await other).issue(now - MINUTE, now + HOUR);
          break;
        case 'bad-signature':
          certificate = {...certificate, key: (await authority.issue(now - MINUTE, now + HOUR)).key};
          break;
        case 'replayed':
        case undefined:
      }
      const document = documentOf({
        at: time,
        registers: said,
        certificate: certificate.der,
        cabundle: bundle,
        userData: createHash('sha256').update(answer).digest(),
        key: certificate.key,
      });
      first ??= document;
      return document;
    },
  };
}

/** A signed document; its map has no length, as that of the Nitro enclaves of today. */
export function documentOf({at, registers, certificate, cabundle, userData, key}: DocumentParts): Buffer {
  const members: readonly (readonly [string, Cbor])[] = [
    ['module_id', STAND_IN],
    ['digest', 'SHA384'],
    ['timestamp', at],
    ['pcrs', registers],
    ['certificate', certificate],
    ['cabundle', cabundle],
    ['public_key', null],
    ['user_data', userData],
    ['nonce', null],
  ];
  const written = members.flatMap(([name, value]) => [cbor(name), cbor(value)]);
  return signedDocument(Buffer.concat([Buffer.from([0xbf]), ...written, Buffer.from([0xff])]), key);
}

/** COSE_Sign1 over a payload. */
export function signedDocument(payload: Uint8Array, key: KeyObject): Buffer {
  const signed = cbor(['Signature1', PROTECTED, Buffer.alloc(0), payload]);
  const signature = sign('sha384', signed, {key, dsaEncoding: 'ieee-p1363'});
  return cbor([PROTECTED, new Map(), payload, signature]);
}

/** @param image null: a debug enclave, whose registers are zeros */
function registersOf(image: string | null): ReadonlyMap<number, Buffer> {
  return new Map(
    Array.from({length: REGISTERS}, (_, index): [number, Buffer] => [
      index,
      image === null || !USED.includes(index)
        ? Buffer.alloc(REGISTER_BYTES)
        : createHash('sha384').update(`${image}, register ${index}`).digest(),
    ]),
  );
}
