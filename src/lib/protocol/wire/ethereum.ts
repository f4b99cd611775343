import {keccak256} from './keccak.ts';

const EIP191_PREFIX = '\x19Ethereum Signed Message:\n';

/** Returns the EIP-191 digest, which `eth_sign` signs: keccak256("\x19Ethereum Signed Message:\n" ‖ length ‖ message). */
export function eip191Digest(message: Uint8Array): Uint8Array {
  return keccak256(Buffer.concat([eip191Prefix(message.length), message]));
}

/** What an EIP-191 digest begins with, for a message of `length` bytes. */
export function eip191Prefix(length: number): Uint8Array {
  return Buffer.from(EIP191_PREFIX + String(length), 'latin1');
}

/** True for 0x and 40 hex digits, in any letter case; the checksum is not checked. */
export function isAddress(text: string): boolean {
  return /^0x[0-9a-f]{40}$/i.test(text);
}

/** Returns an address ({@link isAddress}) with its EIP-55 checksum. */
export function checksumAddress(address: string): string {
  const lower = address.slice(2).toLowerCase();
  const hash = toHex(keccak256(Buffer.from(lower, 'latin1')));
  let out = '0x';
  for (let i = 0; i < lower.length; i++) {
    const letter = lower.charAt(i);
    out += hash.charCodeAt(i) >= 0x38 ? letter.toUpperCase() : letter; // '8' and above, letters a–f included
  }
  return out;
}

/** True for an address without a checksum (letters of one case) or with the right one (EIP-55). */
export function isChecksummed(text: string): boolean {
  if (!isAddress(text)) return false;
  const digits = text.slice(2);
  return digits === digits.toLowerCase() || digits === digits.toUpperCase() || text === checksumAddress(text);
}

/** True when two addresses are equal, ignoring letter case. */
export function sameAddress(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase();
}

/** Lower-case hex without 0x. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Returns the bytes of hex in any letter case, with or without 0x; null when it is not hex of whole bytes. */
export function fromHex(text: string): Uint8Array | null {
  const digits = text.startsWith('0x') || text.startsWith('0X') ? text.slice(2) : text;
  // Checked here, because Buffer accepts some characters beyond Latin-1 as digits.
  return digits.length % 2 === 0 && !/[^0-9a-f]/i.test(digits) ? Buffer.from(digits, 'hex') : null;
}
