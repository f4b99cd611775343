import {NETWORKS, networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {NO_KNOWN_GOOD} from '../../config/worker-kinds.ts';
import type {NoticeCode} from '../../foundation/errors/table.ts';
import type {Migration} from './migrate.ts';

export type MigrationWarning = {code: NoticeCode; message: string};

/** Range contracts that the reference operator's files name, by the network that they are on. */
const RANGE_CONTRACTS: Readonly<Record<string, readonly string[]>> = {
  holesky: [
    networkPreset('holesky')?.values[FIELDS.vrfRangeContract.path] ?? '',
    '0x0C6425A2C1548a69729a491533FF882bd8de5752',
    '0x0a24a30E5a8Ca9B790c7f57F0826159569e8dc4B',
  ],
};

/**
 * What is odd about the keys of an old file.
 * @param derived address of the private key in it; null: there is none
 */
export function keyWarnings(
  {shared}: Migration,
  {derived, nodeId}: {derived: string | null; nodeId: string | null},
  newVrfKey: boolean,
): MigrationWarning[] {
  const warnings: MigrationWarning[] = [];
  if (shared && !newVrfKey)
    warnings.push({
      code: 'KEY_SHARED',
      message:
        'signer_key and vrf_key are the same key: the VRF key file would hold the key of the operator in plain. Make a new VRF key: add --new-vrf-key',
    });
  if (shared && newVrfKey)
    warnings.push({
      code: 'KEY_SHARED',
      message: 'signer_key and vrf_key were the same key; the VRF key is a new one now',
    });
  if (derived !== null && nodeId !== null && derived.toLowerCase() !== nodeId.toLowerCase())
    warnings.push({
      code: 'KEY_OF_OTHER',
      message: `signer_key is the key of ${derived}, not of node_id ${nodeId}: correct one of them`,
    });
  if (derived !== null)
    warnings.push({
      code: 'KEY_WAS_PLAIN',
      message:
        'the key stood in a file in plain: anyone who could read it has it. A new operator key is the safe way',
    });
  return warnings;
}

/**
 * What is odd about the network of a new file: none is named, or values of another one came with the old file.
 * @param network of the new file; null: none yet
 */
export function networkWarnings({entries}: Migration, network: string | null): MigrationWarning[] {
  if (network === null)
    return [
      {
        code: 'NETWORK_MISSING',
        message:
          'the file names no network, so chain id and contract addresses would be missing: add --network NAME',
      },
    ];
  const textsOf = (path: string): readonly string[] => {
    const value = entries.find((entry) => entry.path === path)?.value ?? [];
    return typeof value === 'string' ? [value] : value;
  };
  const others = NETWORKS.filter(({name}) => name !== network && name !== 'devnet');
  const warnings = [FIELDS.rpcUrl.path, FIELDS.rpcUrls.path].flatMap((path): MigrationWarning[] => {
    const other = others.find(({name}) => textsOf(path).some((text) => hostNames(text, name)));
    return other === undefined ? [] : [mismatch(path, other.name, network)];
  });
  const path = FIELDS.vrfRangeContract.path;
  const contract = textsOf(path)[0]?.toLowerCase() ?? '';
  const other = others.find(({name}) =>
    RANGE_CONTRACTS[name]?.some((known) => known.toLowerCase() === contract),
  );
  return other === undefined ? warnings : [...warnings, mismatch(path, other.name, network)];
}

/** What a zkml worker of the new file lacks. */
export function workerWarnings({entries}: Migration): MigrationWarning[] {
  const has = (prefix: string): boolean => entries.some(({path}) => path.startsWith(prefix));
  const isZkml =
    has('workers.zkml.') ||
    entries.some(({path, value}) => path === FIELDS.nodeType.path && String(value).toLowerCase() === 'zkml');
  if (!isZkml || has('workers.zkml.known_good.')) return [];
  return [{code: 'KNOWN_GOOD_MISSING', message: `${NO_KNOWN_GOOD}. Add its model and proof_path`}];
}

/** A network's name as a word of a host's name, such as `ethereum-holesky-rpc.publicnode.com`. */
function hostNames(url: string, name: string): boolean {
  return URL.canParse(url) && new URL(url).hostname.split(/[.-]/).includes(name);
}

function mismatch(path: string, other: string, network: string): MigrationWarning {
  const retired = networkPreset(other)?.retired ?? null;
  const why = retired === null ? '' : `, which is retired`;
  return {code: 'NETWORK_MISMATCH', message: `${path} is of ${other}${why}: set that of ${network}`};
}
