import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {sealKeystore, writeKeystore} from '../../lib/keys/bls-keystore.ts';
import {newPrivateKey} from '../../lib/keys/private-key.ts';
import {LIGHT} from '../../lib/keys/secret-storage.ts';

/**
 * Makes a BN254 key for an operator of the devnet: keystore and password file in `folder`, both of mode 0600. A cheap key
 * derivation is enough, because the password is beside the key and the devnet deletes both.
 * @param suffix of the names of the files
 */
export async function makeBlsKey(
  folder: string,
  suffix = '',
): Promise<{blsKeyFile: string; blsPasswordFile: string}> {
  const password = randomBytes(16).toString('hex');
  const blsKeyFile = path.join(folder, `bls${suffix}.json`);
  const blsPasswordFile = path.join(folder, `bls${suffix}.password`);
  writeFileSync(blsPasswordFile, `${password}\n`, {mode: 0o600});
  const random = (length: number): Uint8Array => randomBytes(length);
  writeKeystore(blsKeyFile, await sealKeystore(newPrivateKey(random), password, random, LIGHT), {
    force: false,
  });
  return {blsKeyFile, blsPasswordFile};
}
