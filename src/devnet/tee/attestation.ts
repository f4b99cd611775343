import {createHash, generateKeyPairSync, sign} from 'node:crypto';
import {cbor, type Cbor} from './cbor.ts';

/** What the document says in place of an enclave's name: there is no enclave behind it. */
export const STAND_IN = 'stand-in of the aos devnet, no enclave';

/** ES384 of RFC 9053; the header of every document of an AWS Nitro enclave. */
const PROTECTED = cbor(new Map([[1, -35]]));
/** A register of a debug enclave is 48 zeros, as a document that proves nothing has it. */
const EMPTY_REGISTER = Buffer.alloc(48);

/** Makes the attestation documents of one enclave. */
export type Attestor = (answer: string, at: number) => Buffer;

/**
 * Documents with the form of an AWS Nitro enclave's: COSE_Sign1 over a map whose `user_data` is the SHA-256 of the answer.
 * The key is a new one and there is no certificate: `module_id` and `certificate` say so.
 * @returns takes an answer and the time, Unix ms
 */
export function createAttestor(): Attestor {
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-384'});
  const publicDer = publicKey.export({type: 'spki', format: 'der'});
  return (answer, at) => {
    const payload = cbor(
      new Map<string, Cbor>([
        ['module_id', STAND_IN],
        ['digest', 'SHA384'],
        ['timestamp', at],
        ['pcrs', new Map([0, 1, 2].map((register) => [register, EMPTY_REGISTER]))],
        ['certificate', Buffer.from(STAND_IN)],
        ['cabundle', []],
        ['public_key', publicDer],
        ['user_data', createHash('sha256').update(answer).digest()],
        ['nonce', null],
      ]),
    );
    const signed = cbor(['Signature1', PROTECTED, Buffer.alloc(0), payload]);
    const signature = sign('sha384', signed, {key: privateKey, dsaEncoding: 'ieee-p1363'});
    return cbor([PROTECTED, new Map(), payload, signature]);
  };
}
