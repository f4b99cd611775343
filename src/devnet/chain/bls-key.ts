import {randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {openKeystore, readKeystore, sealKeystore, writeKeystore} from '../../lib/keys/bls-keystore.ts';
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

/**
 * Opens every key that {@link makeBlsKey} made in a folder.
 * @throws AosError KEY_* for a file that was changed since
 */
export async function openBlsKeys(folder: string): Promise<bigint[]> {
  const names = readdirSync(folder).filter((name) => /^bls(?:-\d+)?\.json$/.test(name));
  return Promise.all(
    names.map((name) => {
      const file = path.join(folder, name);
      const password = readFileSync(file.replace(/\.json$/, '.password'), 'utf8').trim();
      return openKeystore(readKeystore(file), password, name);
    }),
  );
}
