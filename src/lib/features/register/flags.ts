import {existsSync} from 'node:fs';
import {Flags} from '@oclif/core';
import {FLOW_NAMES, type FlowName} from '../../peers/chain/flows/list.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {checksumAddress, isAddress} from '../../protocol/wire/ethereum.ts';
import {durationFlag, pathOfFlag} from '../../cli/flags.ts';
import {knownPassword, passwordSource, type PasswordFlagValues} from '../../cli/password-flag.ts';
import {blsKeyFile, type BlsKey, type Hex} from './key.ts';
import {valuesBySet, type OwnSetKeys} from './set-keys.ts';
import {txFlags} from '../tx/flags.ts';

const HOUR_MS = 3_600_000;

/** `--flow`, for a registry that cannot be recognised. */
export const flowFlag = Flags.custom<FlowName>({
  summary: 'Registration flow; detected if omitted.',
  options: [...FLOW_NAMES],
  parse: (text) => {
    const flow = FLOW_NAMES.find((one) => one === text);
    return flow === undefined
      ? Promise.reject(new AosError('USAGE', `--flow takes one of ${FLOW_NAMES.join(', ')}`))
      : Promise.resolve(flow);
  },
});

/** What commands that look, plan or send have in common. */
export const planFlags = {
  flow: flowFlag(),
  'dry-run': Flags.boolean({
    summary: 'Simulate and show the steps; sign and send nothing.',
    exclusive: ['calldata'],
  }),
  calldata: Flags.boolean({
    summary: 'Print the calls for a multisig or another tool; simulate and send nothing.',
    exclusive: ['dry-run'],
  }),
};

/** The flags of `aos register` beside the configuration's, the transaction's and the password's. */
export const registerFlags = {
  check: Flags.boolean({
    summary:
      'Check the prerequisites only. Exit 0 ready or registered, 3 not ready, 8 only a waiting period is left.',
    exclusive: ['dry-run', 'calldata'],
  }),
  ...planFlags,
  'as-operator': Flags.boolean({
    summary: 'Register as an EigenLayer operator first (irreversible).',
    dependsOn: ['metadata-url'],
  }),
  'metadata-url': Flags.string({
    summary: "URL of the operator's metadata.",
    helpValue: 'URL',
    dependsOn: ['as-operator'],
  }),
  'update-metadata-url': Flags.string({
    summary: 'Give the operator another metadata URL, and do nothing else.',
    helpValue: 'URL',
    exclusive: ['as-operator'],
  }),
  quorums: Flags.string({
    summary:
      'Quorums or operator set ids, such as 0,1 (default: chain.quorums, else all that accept the operator).',
    helpValue: 'LIST',
  }),
  socket: Flags.string({
    summary: 'Socket to register (default: chain.socket, else net.outer_url).',
    helpValue: 'TEXT',
  }),
  'signing-key': Flags.string({
    summary: 'Address that will sign tasks (default: node_id); SET=ADDRESS for one operator set, repeatable.',
    helpValue: '[SET=]ADDRESS',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'bls-key-file': Flags.string({
    summary: 'BLS keystore (default: node.bls_key_file); SET=FILE for one operator set, repeatable.',
    helpValue: '[SET=]FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  expiry: durationFlag({
    summary: 'How long the operator signature is valid, by chain time.',
    default: HOUR_MS,
    defaultHelp: () => Promise.resolve('1h'),
  }),
  dispatcher: Flags.string({
    summary: 'HTTP URL of the dispatcher (default: from net.dispatcher_url).',
    helpValue: 'URL',
  }),
  ...txFlags,
};

/** `0,1` as numbers. @throws AosError USAGE */
export function parseQuorums(text: string): number[] {
  const numbers = text.split(',').map((part) => (/^\s*\d{1,10}\s*$/.test(part) ? Number(part) : NaN));
  if (numbers.some((number) => !(number < 2 ** 32)))
    throw new AosError('USAGE', '--quorums takes numbers, such as 0 or 0,1');
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** @throws AosError USAGE */
export function parseAddress(text: string, flag: string): Hex {
  if (!isAddress(text)) throw new AosError('USAGE', `--${flag} takes an address`);
  return `0x${checksumAddress(text).slice(2)}`;
}

/** @throws AosError USAGE */
export function parseMetadataUrl(text: string, flag: string): string {
  if (!/^https?:\/\/[^\s]{1,2000}$/.test(text) || !URL.canParse(text))
    throw new AosError('USAGE', `--${flag} takes an http(s) address of a JSON file`);
  const {username, password} = new URL(text);
  if (username !== '' || password !== '')
    throw new AosError(
      'USAGE',
      `--${flag} is written on chain for all to read: give a URL without user and password`,
    );
  return text;
}

/** The flags that the keys come from. */
export type KeyFlagValues = PasswordFlagValues & {
  readonly 'signing-key'?: readonly string[] | undefined;
  readonly 'bls-key-file'?: readonly string[] | undefined;
};

/** The keys that a registration names. */
export type NamedKeys = {signingKey: Hex | null; blsKey: BlsKey | null; setKeys: OwnSetKeys};

/**
 * Returns the keys that the flags or the configuration name. A configured BLS key file that is not there is no failure, since not
 * every registration needs one.
 * @throws AosError USAGE | KEY_*
 */
export function namedKeys(
  config: Config,
  flags: KeyFlagValues,
  options: {canAsk: boolean; signal: AbortSignal; note: (line: string) => void},
): NamedKeys {
  const {blsKeyFile: configured, blsPasswordFile} = config.node;
  const addresses = valuesBySet(flags['signing-key'] ?? [], 'signing-key');
  const files = valuesBySet(flags['bls-key-file'] ?? [], 'bls-key-file');
  const isFlagged = flags['password-file'] !== undefined || flags['password-fd'] !== undefined;
  const open = (path: string): BlsKey =>
    blsKeyFile(path, () => {
      const source =
        !isFlagged && blsPasswordFile !== null
          ? ({kind: 'file', path: blsPasswordFile} as const)
          : passwordSource(flags, options.canAsk);
      return knownPassword(source, path, options.signal);
    });
  const openFlagged = (text: string): BlsKey => open(pathOfFlag(text, '--bls-key-file'));
  const address = (text: string): Hex => parseAddress(text, 'signing-key');

  let blsKey: BlsKey | null = null;
  if (files.common !== null) blsKey = openFlagged(files.common);
  else if (configured !== null && existsSync(configured)) blsKey = open(configured);
  else if (configured !== null) options.note(`node.bls_key_file: there is no file ${configured}`);
  return {
    signingKey: addresses.common === null ? null : address(addresses.common),
    blsKey,
    setKeys: {
      ecdsa: new Map([...addresses.own].map(([set, text]) => [set, address(text)])),
      bn254: new Map([...files.own].map(([set, text]) => [set, openFlagged(text)])),
    },
  };
}
