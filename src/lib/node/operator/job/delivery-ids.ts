import {createHmac, timingSafeEqual} from 'node:crypto';
import type {Notes} from '../../journal/journal.ts';

/**
 * Envelope ids of deliveries, of which each proves by itself that we made it, and for which job: an acceptance counts however
 * late it comes, also after a restart, and nothing has to be stored for it. They are UUIDs of version 8 (RFC 9562).
 */
export type DeliveryIds = {
  /** The id of the delivery number `attempt` of this run. */
  make(seq: number, attempt: number): string;
  /** The number of the job in the journal; null: the id is not one of ours, or of a run too long ago. */
  seqOf(id: string): number | null;
};

/** Name of the journal's note: the keys of the last runs, the newest first, each 64 hex digits. */
const KEYS_NOTE = 'delivery-id-keys';
/** Each run has a key of its own: a journal that was put back gives numbers to other jobs. */
const MOST_KEYS = 16;
const HEX_DIGITS_OF_A_KEY = 64;
/** Of the number in the journal; the next byte is the attempt. */
const SEQ_BYTES = 5;
/** The byte with the version of the UUID, and the one with its variant. */
const VERSION_AT = 6;
const VARIANT_AT = 8;
const VERSION = 0x80;
/** Number, attempt and version: what the rest of the id proves. */
const HEAD_BYTES = 7;
const CHARACTERS = 36;
const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * @param deps.newSecretId an unguessable 32 hex digits
 * @param deps.onFailure the key could not be kept: acceptances of this run do not count after the next start
 */
export function createDeliveryIds(deps: {
  journal: Notes;
  newSecretId: () => string;
  onFailure: (error: unknown) => void;
}): DeliveryIds {
  const {journal, newSecretId} = deps;
  const own = `${newSecretId()}${newSecretId()}`;
  const known = (journal.recall(KEYS_NOTE) ?? '')
    .split(' ')
    .filter(({length}) => length === HEX_DIGITS_OF_A_KEY);
  const texts = [own, ...known].slice(0, MOST_KEYS);
  const keys = texts.map((text) => Buffer.from(text, 'hex'));
  const ownKey = Buffer.from(own, 'hex');
  journal.remember(KEYS_NOTE, texts.join(' ')).catch(deps.onFailure);

  return {
    make(seq, attempt) {
      const bytes = Buffer.alloc(16);
      bytes.writeUIntBE(seq, 0, SEQ_BYTES);
      bytes[SEQ_BYTES] = attempt & 0xff;
      bytes[VERSION_AT] = VERSION | hintOf(ownKey);
      prove(bytes, ownKey);
      return textOf(bytes);
    },
    seqOf(id) {
      if (id.length !== CHARACTERS) return null;
      const text = id.toLowerCase();
      if (!SHAPE.test(text)) return null;
      const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
      const hint = (bytes[VERSION_AT] ?? 0) & 0x0f;
      const isOurs = keys.some((key) => {
        if (hintOf(key) !== hint) return false;
        const made = Buffer.from(bytes);
        prove(made, key);
        return timingSafeEqual(made, bytes);
      });
      return isOurs ? bytes.readUIntBE(0, SEQ_BYTES) : null;
    },
  };
}

/** Four bits of a key, which the id shows: a flood of wrong ids costs one try each, not one a key. */
function hintOf(key: Buffer): number {
  return (key.at(-1) ?? 0) & 0x0f;
}

/** Fills what follows the head with 70 bits of its HMAC. */
function prove(bytes: Buffer, key: Buffer): void {
  const mac = createHmac('sha256', key).update(bytes.subarray(0, HEAD_BYTES)).digest();
  mac.copy(bytes, HEAD_BYTES, 0, bytes.length - HEAD_BYTES);
  bytes[VARIANT_AT] = ((bytes[VARIANT_AT] ?? 0) & 0x3f) | 0x80;
}

function textOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
