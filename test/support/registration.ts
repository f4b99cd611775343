import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {noProgress} from '../../src/lib/cli/progress-line.ts';
import type {Config} from '../../src/lib/config/config.ts';
import {checkConfig} from '../../src/lib/config/load.ts';
import {deployAos, type AosContracts, type DeployOptions} from '../../src/devnet/chain/deploy.ts';
import {startDispatcher} from '../../src/devnet/start-dispatcher.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import type {SignerFaults} from '../../src/devnet/signer/faults.ts';
import {startDevSigner} from '../../src/devnet/signer/signer.ts';
import type {BlsKey} from '../../src/lib/features/register/key.ts';
import type {RegisterOptions} from '../../src/lib/features/register/options.ts';
import {operatorIdOf, publicKeyG1} from '../../src/lib/keys/bn254.ts';
import {OPERATOR} from './signer.ts';
import {limits} from './tx.ts';

/** An AOS network of one operator, not registered yet, and the operator's configuration. */
export type Site = {config: Config; contracts: AosContracts; dispatcherUrl: string; dir: string};

export const SOCKET = 'http://203.0.113.7:21001';

/**
 * Deploys a network on an anvil, which mines a transaction when it arrives from then on, and writes the configuration
 * of its operator.
 */
export async function site(
  url: string,
  artifacts: URL,
  deploy: Omit<DeployOptions, 'operator' | 'artifacts'>,
  faults: SignerFaults = {},
  keys?: readonly string[],
): Promise<Site> {
  return placeAt(url, await deployed(url, artifacts, deploy), {
    faults,
    ...(keys === undefined ? {} : {keys}),
  });
}

/** Deploys a network on an anvil, which mines a transaction when it arrives from then on. */
export async function deployed(
  url: string,
  artifacts: URL,
  deploy: Omit<DeployOptions, 'operator' | 'artifacts'>,
): Promise<AosContracts> {
  await devRpc(url, 'evm_setAutomine', [false]); // see mineOnArrival
  const contracts = await deployAos(url, {operator: OPERATOR, artifacts, ...deploy});
  await devRpc(url, 'evm_setAutomine', [true]);
  return contracts;
}

type PlaceOptions = {
  faults?: SignerFaults;
  keys?: readonly string[];
  /** Registers what to close [when the test has finished]. */
  atEnd?: (close: () => void | Promise<void>) => void;
};

/** A signer, a dispatcher and the operator's configuration for a network that is deployed. */
export async function placeAt(
  url: string,
  contracts: AosContracts,
  {faults = {}, keys, atEnd = onTestFinished}: PlaceOptions = {},
): Promise<Site> {
  const signer = await startDevSigner({chainId: 31337, faults, ...(keys === undefined ? {} : {keys})});
  atEnd(() => signer.close());
  const dispatcher = await startDispatcher({
    host: '127.0.0.1',
    wsPort: 0,
    httpPort: 0,
    key: `0x${'11'.repeat(32)}`,
    redeliver: false,
    verifyVrf: false,
  });
  atEnd(() => dispatcher.close());
  const dir = mkdtempSync(join(tmpdir(), 'aos-place-'));
  atEnd(() => rmSync(dir, {recursive: true, force: true}));
  const file = join(dir, 'config.yaml');
  writeFileSync(file, configText(url, signer.url, dir, contracts), {mode: 0o600});
  const {run, problems} = checkConfig({file, cwd: dir, env: {HOME: dir}}, {need: 'run'});
  if (run === null) throw new Error(JSON.stringify(problems));
  return {config: run, contracts, dispatcherUrl: dispatcher.httpUrl, dir};
}

function configText(rpc: string, signer: string, dir: string, contracts: AosContracts): string {
  const named = [
    'service_manager',
    'registry',
    'range_manager',
    'challenge_manager',
    'delegation_manager',
  ] as const;
  return `network: devnet
node:
  node_id: "${OPERATOR}"
  signer_key: "${signer}"
  vrf_key_file: "${join(dir, 'vrf.key')}"
net:
  outer_url: "${SOCKET}"
  dispatcher_url: "127.0.0.1:1"
chain:
  chain_rpc_url: "${rpc}"
  vrf_range_contract: "${contracts.range_manager}"
  contracts:
    avs_directory: "${contracts.avs_directory}"
    allocation_manager: "${contracts.allocation_manager}"
${named.map((name) => `    ${name}: "${contracts[name]}"`).join('\n')}
workers:
  opml:
    url: http://127.0.0.1:1234
store:
  dir: "${join(dir, 'state')}"
`;
}

const SECRET = 123456789012345678901234567890n;
/** Computed once: it takes a multiplication on the curve. */
const SECRET_ID = idOf(SECRET);

function idOf(secret: bigint): BlsKey['id'] {
  return `0x${operatorIdOf(publicKeyG1(secret)).replace(/^0x/, '')}`;
}

/** A BLS key that needs no file. */
export function blsKey(secret = SECRET): BlsKey {
  const id = secret === SECRET ? SECRET_ID : idOf(secret);
  return {id, path: 'bls.json', privateKey: () => Promise.resolve(secret)};
}

/** The options of a run that says yes to everything. */
export function registering(place: Site, over: Partial<RegisterOptions> = {}): RegisterOptions {
  return {
    mode: 'apply',
    metadataUrl: null,
    newMetadataUrl: null,
    flow: null,
    quorums: null,
    socket: SOCKET,
    signingKey: null,
    blsKey: blsKey(),
    setKeys: {ecdsa: new Map(), bn254: new Map()},
    expiryMs: 3_600_000,
    dispatcherUrl: place.dispatcherUrl,
    limits: limits({pollMs: 50, waitMs: 20_000}),
    confirm: () => Promise.resolve(true),
    confirmSigning: () => Promise.resolve(true),
    confirmDispatcher: () => Promise.resolve(true),
    note: () => {},
    warn: () => {},
    progress: noProgress,
    ...over,
  };
}
