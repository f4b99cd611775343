import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {configEntries} from './config-entries.ts';
import {configText} from './config-text.ts';
import {nodeIdOf} from './fields.ts';
import type {Facts, Known} from './question.ts';
import {
  composeText,
  KEY_CONFIG_NAME,
  keyConfigText,
  KEYSTORE_NAME,
  PASSWORD_NAME,
} from './web3signer-files.ts';
import type {Findings} from './wizard.ts';
import {refuseExisting, writePrivateFile, type WriteOptions} from '../../keys/private-file.ts';
import {placed, isThere, type FilePlace} from './files.ts';

export const COMPOSE_NAME = 'web3signer.compose.yaml';
const KEYS_DIR = 'keys';

/** Files that were made; null where one was not. */
export type Written = {
  file: string;
  /** Where the configuration that was there is kept. */
  backup: string | null;
  vrfKey: {file: string; made: boolean};
  web3signer: {compose: string; keyConfig: string; keysDir: string; keystore: string | null} | null;
};

/** Of a plan: which files there will be beside the configuration. */
export function filesToMake({answers, facts}: Known, place: FilePlace): string[] {
  const vrf = placed(answers['vrf-key-file'] ?? '', place);
  return [
    ...(isThere(vrf) ? [] : [`${vrf} (a new VRF key, mode 0600)`]),
    ...(facts.withSigner ? signerPaths(place.file, facts) : []),
  ];
}

function signerFiles(file: string): {compose: string; keyConfig: string; keystore: string} {
  const [dir, keysDir] = [dirname(file), join(dirname(file), KEYS_DIR)];
  return {
    compose: join(dir, COMPOSE_NAME),
    keyConfig: join(keysDir, KEY_CONFIG_NAME),
    keystore: join(keysDir, KEYSTORE_NAME),
  };
}

/** The files of a Web3Signer that are made; the keystore only where there is one to copy. */
function signerPaths(file: string, {keystore: source}: Pick<Facts, 'keystore'>): string[] {
  const {compose, keyConfig, keystore} = signerFiles(file);
  return [compose, keyConfig, ...(source === null ? [] : [keystore])];
}

/** Says no before the first question. @throws AosError CONFIG_EXISTS */
export function refuseTaken(file: string, facts: Pick<Facts, 'withSigner' | 'keystore'>): void {
  refuseExisting(file, 'CONFIG_EXISTS');
  if (facts.withSigner) for (const path of signerPaths(file, facts)) refuseExisting(path, 'CONFIG_EXISTS');
}

/**
 * Writes what the answers say: the VRF key first, the configuration last; all of it, or nothing new: the next try finds
 * none of its own files in the way.
 * @param today date for comments
 * @throws AosError CONFIG_EXISTS | CONFIG_WRITE_FAILED | KEY_WRITE_FAILED
 */
export function writeAll(
  known: Known,
  findings: Findings,
  place: FilePlace,
  {force, today, version}: {force: boolean; today: string; version: string},
): Written {
  const {file} = place;
  if (!force) refuseTaken(file, known.facts);
  const made: string[] = [];
  const put: Put = (path, text, options) => {
    const backup = writePrivateFile(path, text, options);
    if (backup === null) made.push(path);
    return backup;
  };
  const options: WriteOptions = {force, exists: 'CONFIG_EXISTS', failed: 'CONFIG_WRITE_FAILED'};
  const vrfFile = placed(known.answers['vrf-key-file'] ?? '', place);
  const isNewKey = !isThere(vrfFile);
  try {
    if (isNewKey) put(vrfFile, `${randomBytes(32).toString('hex')}\n`, {force: false});
    const web3signer = known.facts.withSigner ? writeSigner(known, file, put, options) : null;
    const head = [
      `Configuration of an AOS operator, made by aos ${version} on ${today}.`,
      'Every key: docs/config.md. Check it: aos config validate.',
      'No private key belongs in here. URLs may hold access keys: keep it to yourself.',
    ];
    const text = configText(head, configEntries(known, findings, today));
    const backup = put(file, text, options);
    return {file, backup, vrfKey: {file: vrfFile, made: isNewKey}, web3signer};
  } catch (error) {
    // All of this happened in one turn: nothing has used them.
    for (const path of made) rmSync(path, {force: true});
    throw error;
  }
}

/** {@link writePrivateFile} */
type Put = (path: string, text: string, options: WriteOptions) => string | null;

function writeSigner(
  {answers, facts}: Known,
  file: string,
  put: Put,
  options: WriteOptions,
): Written['web3signer'] {
  const {compose, keyConfig, keystore} = signerFiles(file);
  const preset = networkPreset(answers.network ?? '')?.values[FIELDS.chainId.path];
  const setup = {
    address: nodeIdOf(answers),
    chainId: preset === undefined ? facts.chainId : Number(preset),
    port: Number(new URL(answers['signer-url'] ?? '').port || '80'),
    owner: {uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000},
    keysDir: `./${basename(dirname(keyConfig))}`,
    passwordFile: PASSWORD_NAME,
  };
  // A keystore that is in the way may be the only copy of a key, so not even --force replaces it.
  if (facts.keystore !== null) put(keystore, facts.keystore.text, {force: false});
  put(keyConfig, keyConfigText(setup), options);
  put(compose, composeText(setup), options);
  return {
    compose,
    keyConfig,
    keysDir: dirname(keyConfig),
    keystore: facts.keystore === null ? null : keystore,
  };
}
