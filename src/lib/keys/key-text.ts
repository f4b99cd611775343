import {firstOdd, oddMistake, trimAscii} from '../foundation/text/odd-characters.ts';

/** What a text that should hold a key is. */
export type KeyTextKind =
  | 'empty'
  | 'hex'
  | 'decimal'
  | 'v3'
  | 'bls-keystore'
  | 'eip2335'
  | 'presale'
  | 'json'
  | 'pem'
  | 'phrase'
  | 'key-config'
  | 'other';

/** Names for messages; none quotes the text. */
export const KEY_TEXT_NAMES: Readonly<Record<KeyTextKind, string>> = {
  empty: 'there is no text',
  hex: 'a bare key in hex',
  decimal: 'a bare key in decimal',
  v3: 'the keystore of an Ethereum account (Web3 Secret Storage, version 3)',
  'bls-keystore': "a BLS keystore of EigenLayer's tools",
  eip2335: 'a keystore of EIP-2335 (version 4), as consensus clients and some BLS tools write it',
  presale: 'a wallet of the Ethereum presale',
  json: 'JSON, but no keystore',
  pem: 'a key in PEM',
  phrase: 'a recovery phrase',
  'key-config': 'a key configuration of Web3Signer, which names a keystore and is none',
  other: 'no key in a form that is known',
};

const PHRASE_LENGTHS: ReadonlySet<number> = new Set([12, 15, 18, 21, 24]);

/** Recognises the text of a key or of a key file, without opening it. */
export function kindOfKeyText(text: string): KeyTextKind {
  const bare = plainKeyText(text);
  if (bare === '') return 'empty';
  if (/^(0[xX])?[0-9a-fA-F]{64}$/.test(bare) || /^0[xX][0-9a-fA-F]{1,64}$/.test(bare)) return 'hex';
  if (/^\d{1,78}$/.test(bare)) return 'decimal';
  if (bare.includes('-----BEGIN')) return 'pem';
  if (bare.startsWith('{')) return kindOfJson(bare);
  if (/^\s*(type|keyType|keystoreFile)\s*:/m.test(bare)) return 'key-config';
  const words = bare.split(/\s+/);
  return PHRASE_LENGTHS.has(words.length) && words.every((word) => /^[a-z]{3,8}$/i.test(word))
    ? 'phrase'
    : 'other';
}

/** The text without a byte order mark and the white space around it, both of which an editor adds. */
export function plainKeyText(text: string): string {
  return trimAscii(text.replace(/^\ufeff/, ''));
}

/** What is wrong with the characters of a bare key, by position alone; null: nothing. */
export function oddKeyText(text: string): string | null {
  const odd = firstOdd(plainKeyText(text));
  return odd === null ? null : oddMistake(odd);
}

function kindOfJson(text: string): KeyTextKind {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'json'; // cut off, perhaps; its text may be secret
  }
  if (!isRecord(json)) return 'json';
  if (typeof json['pubKey'] === 'string') return 'bls-keystore';
  if ('encseed' in json) return 'presale';
  const crypto = json['crypto'] ?? json['Crypto'];
  if (!isRecord(crypto)) return 'json';
  if (isRecord(crypto['kdf']) || json['version'] === 4) return 'eip2335';
  return 'v3';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
