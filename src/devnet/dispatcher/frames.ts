import {randomBytes} from 'node:crypto';
import {checksumAddress, eip191Digest} from '../../lib/protocol/wire/ethereum.ts';
import {draftEnvelope, type Draft} from '../../lib/protocol/wire/envelope.ts';
import {LIMITS} from '../../lib/protocol/wire/json.ts';
import {devKey, signatureText, type DevKey} from '../signer/keys.ts';

/** An envelope as the dispatcher means it; the address comes with signing. */
export type Outgoing = Omit<Draft, 'address'>;

/** What is written in place of one frame: itself or something wrong with it. */
export type FrameSpec =
  /** As it should be. Twice in a list: the same message in two envelopes. */
  | 'good'
  /** The very text of the frame before it in the list. */
  | 'same'
  /** Not JSON. */
  | 'garbage'
  /** A valid frame without a signature, as the public dispatcher's. */
  | 'unsigned'
  /** The dispatcher's address, signed with another key. */
  | 'wrong-signature'
  /** Valid, but signed by another key under its own address. */
  | 'wrong-address'
  /** Signed rightly, with another hash: not a reason to reject it. */
  | 'wrong-hash'
  /** One byte more than the protocol allows. */
  | 'huge'
  /** Any text. */
  | {readonly text: string}
  /** The same message with other params, raw JSON. */
  | {readonly params: string}
  /** Waits before the next one; frames outside the list pass meanwhile. */
  | {readonly delayMs: number};

/** What is signed: everything, jobs alone (with a blank hash, as the newest published dispatcher), nothing (as the public one). */
export type Signing = 'all' | 'jobs' | 'none';

export type Frames = {
  /** Checksummed. */
  readonly address: string;
  /** The frame's text, signed unless the dispatcher does not sign. */
  good(outgoing: Outgoing): string;
  /** The frame as `spec` wants it; 'same' and delays are the writer's business. */
  faulty(spec: Exclude<FrameSpec, 'same' | {delayMs: number}>, outgoing: Outgoing): string | Uint8Array;
};

/**
 * Makes the dispatcher's frames, signed with its development key (docs/protocol.md#signing-a-frame).
 * @param key 32 bytes as hex
 * @throws AosError USAGE for a text that is no private key
 */
export function createFrames(key: string, signing: Signing): Frames {
  const own = devKey(key);
  const address = checksumAddress(own.address);
  const stranger = devKey(randomBytes(32).toString('hex'));
  const signed = (outgoing: Outgoing, as: string, by: DevKey): string => {
    const envelope = draftEnvelope({...outgoing, address: as});
    return envelope.seal(signatureText(by.sign(eip191Digest(envelope.message))).slice(2));
  };
  const good = (outgoing: Outgoing): string => {
    if (signing === 'all') return signed(outgoing, address, own);
    if (signing === 'none' || outgoing.method === null) return unsigned(outgoing);
    return signedWithoutHash(outgoing, address, own);
  };
  return {
    address,
    good,
    faulty: (spec, outgoing) => {
      switch (spec) {
        case 'good':
          return good(outgoing);
        case 'garbage':
          return '{"id":"1","method":';
        case 'unsigned':
          return unsigned(outgoing);
        case 'wrong-signature':
          return signed(outgoing, address, stranger);
        case 'wrong-address':
          return signed(outgoing, checksumAddress(stranger.address), stranger);
        case 'wrong-hash':
          return signed(outgoing, address, own).replace(
            /"hash":"[0-9a-f]{64}"/,
            `"hash":"${'0'.repeat(64)}"`,
          );
        case 'huge':
          return Buffer.alloc(LIMITS.bytes + 1, ' ');
        default:
          return 'text' in spec ? spec.text : good({...outgoing, params: spec.params});
      }
    },
  };
}

/** The signature covers the frame with both blank; here the hash stays so. */
function signedWithoutHash(outgoing: Outgoing, address: string, by: DevKey): string {
  const {message} = draftEnvelope({...outgoing, address});
  const blank = Buffer.from(message).toString();
  return `${blank.slice(0, -2)}${signatureText(by.sign(eip191Digest(message))).slice(2)}"}`;
}

/** What the public dispatcher sends: `method` and `params` left out of responses, nothing signed. */
function unsigned({id, method, params, result}: Outgoing): string {
  const request = method === null ? '' : `"method":${JSON.stringify(method)},"params":${params},`;
  return `{"id":${JSON.stringify(id)},${request}"result":${result},"address":"","hash":"","signature":""}`;
}
