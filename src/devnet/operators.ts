import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {isAosError} from '../lib/foundation/errors/error.ts';
import {checksumAddress} from '../lib/protocol/wire/ethereum.ts';
import {makeBlsKey} from './chain/bls-key.ts';
import {devnetConfig, type DevnetFacts} from './devnet-config.ts';
import {listenOn} from './net/listen.ts';
import {DEV_SIGNER_KEY, devKey} from './signer/keys.ts';

/** An operator before there is a network: its account. */
export type OperatorKey = {readonly privateKey: string; readonly address: string};

/** An operator of a devnet. */
export type DevnetOperator = {
  operator: string;
  /** Path of a config.yaml that works. */
  config: string;
  /** Where it listens, once it runs. */
  url: string;
};

/** The documentation's example key, and further ones. */
export function makeKeys(count: number): OperatorKey[] {
  return Array.from({length: count}, (_, index) => {
    const privateKey = index === 0 ? DEV_SIGNER_KEY : `0x${randomBytes(32).toString('hex')}`;
    return {privateKey, address: checksumAddress(devKey(privateKey).address)};
  });
}

/**
 * Writes the configuration of each operator, its keys beside it, all of mode 0600.
 * @param port of the first; absent: a free one
 * @throws AosError PORT_IN_USE
 */
export async function makeOperators(
  folder: string,
  keys: readonly OperatorKey[],
  network: Omit<
    DevnetFacts,
    | 'operator'
    | 'operatorUrl'
    | 'vrfKeyFile'
    | 'blsKeyFile'
    | 'blsPasswordFile'
    | 'storeDir'
    | 'teeRootFile'
    | 'workers'
  > & {workers(operator: number): DevnetFacts['workers']},
  port: number | undefined,
): Promise<DevnetOperator[]> {
  const made: DevnetOperator[] = [];
  for (const [index, {address}] of keys.entries()) {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    const bls = await makeBlsKey(folder, suffix);
    const vrfKeyFile = path.join(folder, `vrf${suffix}.key`);
    writeFileSync(vrfKeyFile, `${randomBytes(32).toString('hex')}\n`, {mode: 0o600});
    const url = `http://127.0.0.1:${index === 0 && port !== undefined ? port : await freePort()}`;
    const config = path.join(folder, `config${suffix}.yaml`);
    const storeDir = path.join(folder, `state${suffix}`);
    const workers = network.workers(index);
    const teeRootFile = path.join(folder, `tee-root${suffix}.pem`);
    for (const worker of workers)
      if (worker.kind === 'tee' && worker.attested !== null)
        writeFileSync(teeRootFile, worker.attested.rootPem, {mode: 0o600});
    const own = {operator: address, operatorUrl: url, vrfKeyFile, storeDir, teeRootFile, workers};
    writeFileSync(config, devnetConfig({...network, ...bls, ...own}), {mode: 0o600});
    made.push({operator: address, config, url});
  }
  return made;
}

/** A port that was free just now: the operator that is to listen on it is another process, started later. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    try {
      return await listenOn(server, '127.0.0.1', 0);
    } catch (error) {
      if (!isAosError(error, 'PORT_IN_USE')) throw error;
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }
}
