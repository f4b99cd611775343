import {randomBytes} from 'node:crypto';
import {publicKeys} from '../../keys/bn254.ts';
import {sealKeystore, writeKeystore} from '../../keys/bls-keystore.ts';
import {type BlsKeyReport, keyReport} from './text.ts';

/** Encrypts a private key into a keystore file. @throws AosError KEY_EXISTS | KEY_WRITE_FAILED */
export async function saveKey(
  privateKey: bigint,
  password: string,
  file: string,
  force: boolean,
): Promise<BlsKeyReport> {
  const text = await sealKeystore(privateKey, password, randomBytes);
  const backup = writeKeystore(file, text, {force});
  return keyReport(file, publicKeys(privateKey), backup);
}
