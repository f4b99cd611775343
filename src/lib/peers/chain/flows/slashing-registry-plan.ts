import {encodeAbiParameters, parseAbiParameters, type Hex} from 'viem';
import {KEY_IS_KNOWN, type BlsKeyProof} from '../plans/proofs.ts';

/** Encodes `data` for a SlashingRegistryCoordinator: registration type NORMAL, socket and BLS key. */
export function coordinatorData(socket: string, key: BlsKeyProof | null): Hex {
  return encodeAbiParameters(COORDINATOR_DATA, [0, socket, toAbi(key ?? KEY_IS_KNOWN)]);
}

const COORDINATOR_DATA = parseAbiParameters([
  'uint8 registrationType, string socket, PubkeyRegistrationParams params',
  'struct G1Point { uint256 X; uint256 Y; }',
  'struct G2Point { uint256[2] X; uint256[2] Y; }',
  'struct PubkeyRegistrationParams { G1Point pubkeyRegistrationSignature; G1Point pubkeyG1; G2Point pubkeyG2; }',
]);

/** Copies the members, because viem's types need this shape. */
function toAbi({pubkeyRegistrationSignature, pubkeyG1, pubkeyG2}: BlsKeyProof) {
  return {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2};
}
