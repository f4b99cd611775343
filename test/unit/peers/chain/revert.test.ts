import {encodeErrorResult, parseAbi, toFunctionSelector, type Hex} from 'viem';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {revertErrorsAbi} from '../../../../src/lib/peers/chain/abis-errors.ts';
import {REVERT_REASONS} from '../../../../src/lib/peers/chain/revert-reasons.ts';
import {decodeRevert, revertError} from '../../../../src/lib/peers/chain/revert.ts';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';

const text = (value: string): Hex =>
  encodeErrorResult({abi: parseAbi(['error Error(string)']), errorName: 'Error', args: [value]});
const custom = (name: string): Hex => toFunctionSelector(`${name}()`);

describe('decodeRevert', () => {
  it.each([
    ['Pausable: index is paused', 'paused'],
    ['BLSApkRegistry.registerBLSPublicKey: cannot register zero pubkey', 'bls-key-zero'],
    ['BLSApkRegistry.registerBLSPublicKey: operator already registered pubkey', 'bls-key-known'],
    ['BLSApkRegistry.registerBLSPublicKey: public key already registered', 'bls-key-taken'],
    [
      'BLSApkRegistry.registerBLSPublicKey: either the G1 signature is wrong, or G1 and G2 private key do not match',
      'bls-signature-wrong',
    ],
    ['BitmapUtils.orderedBytesArrayToBitmap: orderedBytesArray is not ordered', 'quorums-unordered'],
    ['BitmapUtils.orderedBytesArrayToBitmap: bitmap exceeds max value', 'quorum-unknown'],
    ['RegistryCoordinator._registerOperator: bitmap cannot be 0', 'quorums-none'],
    [
      'RegistryCoordinator._registerOperator: operator already registered for some quorums being registered for',
      'quorum-registered',
    ],
    ['Operator already registered', 'reregistration'],
    [
      'StakeRegistry.registerOperator: Operator does not meet minimum stake requirement for quorum',
      'quorum-stake',
    ],
    ['RegistryCoordinator.registerOperator: operator count exceeds maximum', 'quorum-full'],
    ['RegistryCoordinator._registerOperator: operator cannot reregister yet', 'ejection-cooldown'],
    ['AVSDirectory.registerOperatorToAVS: operator signature expired', 'signature-expired'],
    ['AVSDirectory.registerOperatorToAVS: operator already registered', 'avs-registered'],
    ['AVSDirectory.registerOperatorToAVS: salt already spent', 'salt-spent'],
    [
      'AVSDirectory.registerOperatorToAVS: operator not registered to EigenLayer yet',
      'not-eigenlayer-operator',
    ],
    ['EIP1271SignatureUtils.checkSignature_EIP1271: signature not from signer', 'signature-wrong'],
    ['AVSDirectory.deregisterOperatorFromAVS: operator not registered', 'avs-not-registered'],
    ['RegistryCoordinator._deregisterOperator: operator is not registered', 'avs-not-registered'],
    [
      'RegistryCoordinator._deregisterOperator: operator is not registered for specified quorums',
      'quorum-not-registered',
    ],
  ])('%s', (said, reason) => {
    expect(decodeRevert(text(said))).toMatchObject({said, reason: {id: reason}});
  });

  it('knows every custom error of the ABI by exactly one reason with a next step', () => {
    for (const {name} of revertErrorsAbi) {
      expect(
        REVERT_REASONS.filter(({errors}) => errors.includes(name)).map(({id}) => id),
        name,
      ).toHaveLength(1);
      const {said, reason} = decodeRevert(custom(name));
      expect(said).toBe(name);
      expect(reason && renderNext(reason.next)).not.toBe('');
    }
    const known: readonly string[] = revertErrorsAbi.map(({name}) => name);
    expect(REVERT_REASONS.flatMap(({errors}) => errors).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names what it does not know', () => {
    expect(decodeRevert('0x')).toEqual({said: 'no reason', reason: null});
    expect(decodeRevert('0xdeadbeef')).toEqual({said: 'the unknown error 0xdeadbeef', reason: null});
    expect(decodeRevert('0x08c379a0')).toEqual({said: 'the unknown error 0x08c379a0', reason: null});
    const panic = encodeErrorResult({
      abi: parseAbi(['error Panic(uint256)']),
      errorName: 'Panic',
      args: [0x11n],
    });
    expect(decodeRevert(panic)).toEqual({said: 'panic 17', reason: null});
    expect(decodeRevert(text('something else'))).toEqual({said: 'something else', reason: null});
  });

  it('never throws, and never lets a contract write to the terminal', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (bytes) => {
        const {said} = decodeRevert(`0x${Buffer.from(bytes).toString('hex')}`);
        expect(said).not.toBe('');
      }),
    );
    expect(decodeRevert(text(`\u001b[2J${'x'.repeat(5000)}`)).said).toMatch(/^\\x1b\[2Jx{100,600}…?$/);
  });
});

describe('revertError', () => {
  it('is CHAIN_REVERTED with the reason, the contract’s words and the next step of the reason', () => {
    const error = revertError(custom('CannotReregisterYet'), 'registerOperator of 0x12');
    expect(error).toMatchObject({
      code: 'CHAIN_REVERTED',
      exitCode: 77,
      next: run('register', ['--check'], 'See when it ends'),
      details: {reason: 'ejection-cooldown', said: 'CannotReregisterYet', data: '0x32d0cefa'},
    });
    expect(revertError('0x', 'x').details).toMatchObject({reason: null});
  });
});
