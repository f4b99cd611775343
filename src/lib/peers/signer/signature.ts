import {AosError} from '../../foundation/errors/error.ts';
import {fromHex, sameAddress, toHex} from '../../protocol/wire/ethereum.ts';
import {recoverAddress} from '../../protocol/wire/key-address.ts';

/**
 * Checks that a signer's result is a signature of `address` over `digest`: 65 bytes, v 27/28, low s (EIP-2).
 * @returns the signature as lower-case hex without 0x
 * @throws AosError SIGNER_WRONG_SIGNATURE | SIGNER_PROTOCOL (not a signature at all)
 */
export function takeSignature(result: unknown, digest: Uint8Array, address: string): string {
  const bytes = signatureBytes(result);
  return signedBy(address, bytes, recoverAddress(digest, bytes));
}

/**
 * Returns the 65 bytes of a signer's result.
 * @throws AosError SIGNER_WRONG_SIGNATURE | SIGNER_PROTOCOL
 */
export function signatureBytes(result: unknown): Uint8Array {
  const bytes = typeof result === 'string' ? fromHex(result) : null;
  if (bytes === null) throw new AosError('SIGNER_PROTOCOL', 'the signer’s result is not hex');
  if (bytes.length !== 65) {
    throw new AosError(
      'SIGNER_WRONG_SIGNATURE',
      `the signer gave a signature of ${bytes.length} bytes instead of 65`,
    );
  }
  return bytes;
}

/**
 * Checks a signature whose signer is already recovered (null: impossible signature), like {@link takeSignature}.
 * @throws AosError SIGNER_WRONG_SIGNATURE
 */
export function signedBy(address: string, bytes: Uint8Array, recovered: string | null): string {
  if (recovered === null) {
    throw new AosError(
      'SIGNER_WRONG_SIGNATURE',
      'the signer gave a signature that no contract accepts (v is not 27/28, or s is high or out of range)',
    );
  }
  if (!sameAddress(recovered, address)) {
    throw new AosError('SIGNER_WRONG_SIGNATURE', `the signature is by ${recovered}, not by ${address}`, {
      details: {recovered, expected: address},
    });
  }
  return toHex(bytes);
}
