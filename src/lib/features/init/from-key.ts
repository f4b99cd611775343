import {isPrivateKey, isSignerKeyName} from '../../config/private-key.ts';
import type {YamlNode} from '../../config/yaml.ts';
import type {Position} from '../../config/yaml-problem.ts';

/** A scalar of a file that was taken for a private key. */
type FoundKey = {name: string; at: Position};

/** Names whose values must be no key, beside those that mean a signer's. */
const SECRET_NAME = /private|secret|mnemonic|seed|passphrase/i;
/** A private key as a number: 32 bytes have up to 78 digits; no other value of such a file is as long. */
const DECIMAL_KEY = /^\d{60,78}$/;
/** Hex that lost its leading zeros. */
const SHORT_HEX_KEY = /^(0x)?[0-9a-f]{56,64}$/i;
const PEM = /PRIVATE KEY-----/;

/**
 * Finds a raw private key in a parsed file, under whatever name: 64 hex digits are one anywhere; under a name that means a
 * secret also other forms of a key, and the words of a mnemonic.
 */
export function findRawKey(node: YamlNode | null, name = ''): FoundKey | null {
  if (node === null || node.kind === 'null') return null;
  if (node.kind === 'map') {
    for (const [key, {value}] of node.entries) {
      // A key of the file may be the secret itself.
      if (isPrivateKey(key)) return {name: '', at: node.at};
      const found = findRawKey(value, name === '' ? key : `${name}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  if (node.kind === 'list') {
    const joined = node.items.map((item) => (item.kind === 'scalar' ? item.text : '')).join('');
    if (isPrivateKey(joined)) return {name, at: node.at};
    for (const item of node.items) {
      const found = findRawKey(item, name);
      if (found !== null) return found;
    }
    return null;
  }
  return isRawKey(node.text, name) ? {name, at: node.at} : null;
}

/** Whether a text is a private key that is not encrypted. */
export function isRawKey(text: string, name: string): boolean {
  if (isPrivateKey(text) || PEM.test(text)) return true;
  if (!SECRET_NAME.test(name) && !isSignerKeyName(name)) return false;
  const plain = text.replaceAll(/[\s"'_]/g, '');
  const words = text.trim().split(/\s+/);
  return (
    DECIMAL_KEY.test(plain) ||
    SHORT_HEX_KEY.test(plain) ||
    (words.length >= 12 && words.every((word) => /^[a-z]+$/i.test(word)))
  );
}
