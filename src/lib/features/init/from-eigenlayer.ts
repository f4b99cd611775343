import {CUSTOM_NETWORK, NETWORKS, networkPreset} from '../../config/networks.ts';
import {FIELDS, type Field} from '../../config/schema.ts';
import {meansTheSame} from '../../config/values.ts';
import type {Position} from '../../config/yaml-problem.ts';
import type {Entry} from './config-text.ts';
import type {KeyFate} from './key-fate.ts';

/** A value of the file by path, with its place. */
export type FileValues = ReadonlyMap<string, {text: string; at: Position}>;

/** What a file gives to the questions of `aos init`. */
export type Takeover = {
  /** Texts by flag, as if they had been typed. */
  given: Readonly<Record<string, string>>;
  /** Values that no question asks for. */
  entries: readonly Entry[];
  keys: readonly KeyFate[];
  /** Path of the keystore as it is in the file; null: none, or a signer is named. */
  keystore: string | null;
  /** Values that are wrong, by path. */
  problems: readonly {path: string; at: Position; got: string; expected: string}[];
};

type Answer = {path: string; flag: string; field: Field<unknown>};

const ANSWERS: readonly Answer[] = [
  {path: 'operator.address', flag: 'node-id', field: FIELDS.nodeId},
  {path: 'web3.url', flag: 'signer-url', field: FIELDS.signerKey},
  {path: 'eth_rpc_url', flag: 'rpc-url', field: FIELDS.rpcUrl},
];
const CONTRACTS: readonly {path: string; field: Field<string>}[] = [
  {path: 'el_delegation_manager_address', field: FIELDS.delegationManager},
  {path: 'el_avs_directory_address', field: FIELDS.avsDirectory},
  {path: 'el_rewards_coordinator_address', field: FIELDS.rewardsCoordinator},
];
const CHAIN = 'chain_id';
const KEYSTORE = 'private_key_store_path';

/** Keys that have no place in a configuration of aos, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'operator.metadata_url': 'for the registration alone: aos register --as-operator --metadata-url URL',
  'operator.delegation_approver_address': 'is on chain once the operator is registered with EigenLayer',
  'operator.earnings_receiver_address': 'EigenLayer has no such value any more',
  'operator.staker_opt_out_window_blocks': 'EigenLayer has no such value any more',
  'operator.allocation_delay': 'is on chain once the operator is registered with EigenLayer',
  signer_type: 'aos signs through Web3Signer alone',
};

/**
 * Maps an operator.yaml of the EigenLayer command line to the questions of `aos init`.
 * @param given texts of the flags, which outrank the file
 * @param withSigner a Web3Signer is set up with the file: it needs the keystore, also where its URL is known
 */
export function takeOver(
  values: FileValues,
  given: Readonly<Record<string, string | undefined>>,
  {withSigner}: {withSigner: boolean},
): Takeover {
  const taken: Record<string, string> = {};
  const entries: Entry[] = [];
  const keys: KeyFate[] = [];
  const problems: Takeover['problems'][number][] = [];
  const textOf = (path: string): string => values.get(path)?.text ?? '';
  const check = (path: string, field: Field<unknown>, text: string): boolean => {
    const parsed = field.type.parse(text);
    if (!('wrong' in parsed)) return true;
    const at = values.get(path)?.at ?? {line: 1, col: 1};
    problems.push({path, at, got: parsed.wrong, expected: parsed.expected ?? field.type.expected});
    return false;
  };

  const chainId = /^0*$/.test(textOf(CHAIN)) ? null : textOf(CHAIN);
  const ofChain = NETWORKS.find((network) => network.values[FIELDS.chainId.path] === chainId);
  const network = given['network'] ?? (chainId === null ? undefined : (ofChain?.name ?? CUSTOM_NETWORK));
  if (chainId !== null) {
    if (given['network'] !== undefined)
      keys.push({path: CHAIN, became: 'left out', note: `--network says ${given['network']}`});
    else if (check(CHAIN, FIELDS.chainId, chainId)) takeChain();
  }
  function takeChain(): void {
    const retired = ofChain?.retired ?? null;
    if (retired !== null) {
      const at = values.get(CHAIN)?.at ?? {line: 1, col: 1};
      problems.push({
        path: CHAIN,
        at,
        got: `is ${ofChain?.name ?? ''}, which ${retired}`,
        expected: '--network NAME',
      });
      return;
    }
    taken['network'] = network ?? CUSTOM_NETWORK;
    if (ofChain === undefined) entries.push({path: FIELDS.chainId.path, value: chainId ?? ''});
    keys.push({path: CHAIN, became: 'kept', note: `is network ${network ?? CUSTOM_NETWORK} now`});
  }
  // RPC and contracts of another chain than the new file's are of no use in it.
  const expected = networkPreset(network ?? '')?.values[FIELDS.chainId.path];
  const isOtherChain = chainId !== null && expected !== undefined && expected !== chainId;

  for (const {path, flag, field} of ANSWERS) {
    const text = textOf(path);
    if (text === '') continue;
    if (given[flag] !== undefined) keys.push({path, became: 'left out', note: `--${flag} is given`});
    else if (path === 'eth_rpc_url' && isOtherChain)
      keys.push({path, became: 'left out', note: `is of chain ${chainId}`});
    else if (check(path, field, text)) {
      taken[flag] = text;
      keys.push({path, became: 'kept', note: `is ${field.path} now`});
    }
  }
  for (const {path, field} of CONTRACTS) {
    const text = textOf(path);
    if (text === '') continue;
    const preset = networkPreset(network ?? '')?.values[field.path];
    if (isOtherChain) keys.push({path, became: 'left out', note: `is of chain ${chainId}`});
    else if (!check(path, field, text)) continue;
    else if (preset !== undefined && meansTheSame(field.type, preset, text))
      keys.push({path, became: 'left out', note: 'the network brings the same'});
    else {
      entries.push({path: field.path, value: text});
      keys.push({path, became: 'kept', note: `is ${field.path} now`});
    }
  }
  const keystore = textOf(KEYSTORE);
  const isNamed = given['signer-url'] !== undefined || taken['signer-url'] !== undefined;
  const hasSigner = isNamed && !withSigner;
  if (keystore !== '' && hasSigner)
    keys.push({
      path: KEYSTORE,
      became: 'left out',
      note: 'a Web3Signer is named, which has its own keystores',
    });
  for (const [path, {text}] of values) {
    if (text === '' || path === KEYSTORE || path === CHAIN) continue;
    if ([...ANSWERS, ...CONTRACTS].some((known) => known.path === path)) continue;
    const note =
      LEFT_OUT[path] ?? (path.startsWith('fireblocks.') ? 'aos signs through Web3Signer alone' : null);
    if (note === null) keys.push({path, became: 'unknown', note: 'not a key of the EigenLayer command line'});
    else keys.push({path, became: 'left out', note});
  }
  return {given: taken, entries, keys, keystore: keystore === '' || hasSigner ? null : keystore, problems};
}
