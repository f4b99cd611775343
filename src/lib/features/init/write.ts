import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {configEntries} from './config-entries.ts';
import {configText} from './config-text.ts';
import {nodeIdOf} from './fields.ts';
import type {Known} from './question.ts';
import {composeText, KEY_CONFIG_NAME, keyConfigText, PASSWORD_NAME} from './web3signer-files.ts';
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
  web3signer: {compose: string; keyConfig: string; keysDir: string} | null;
};

/** Of a plan: which files there will be beside the configuration. */
export function filesToMake({answers, facts}: Known, place: FilePlace): string[] {
  const vrf = placed(answers['vrf-key-file'] ?? '', place);
  return [
    ...(isThere(vrf) ? [] : [`${vrf} (a new VRF key, mode 0600)`]),
    ...(facts.withSigner ? Object.values(signerFiles(place.file)) : []),
  ];
}

function signerFiles(file: string): {compose: string; keyConfig: string} {
  const dir = dirname(file);
  return {compose: join(dir, COMPOSE_NAME), keyConfig: join(dir, KEYS_DIR, KEY_CONFIG_NAME)};
}

/** Says no before the first question. @throws AosError CONFIG_EXISTS */
export function refuseTaken(file: string, withSigner: boolean): void {
  refuseExisting(file, 'CONFIG_EXISTS');
  if (withSigner) for (const path of Object.values(signerFiles(file))) refuseExisting(path, 'CONFIG_EXISTS');
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
  if (!force) refuseTaken(file, known.facts.withSigner);
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
  const {compose, keyConfig} = signerFiles(file);
  const preset = networkPreset(answers.network ?? '')?.values[FIELDS.chainId.path];
  const setup = {
    address: nodeIdOf(answers),
    chainId: preset === undefined ? facts.chainId : Number(preset),
    port: Number(new URL(answers['signer-url'] ?? '').port || '80'),
    owner: {uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000},
    keysDir: `./${basename(dirname(keyConfig))}`,
    passwordFile: PASSWORD_NAME,
  };
  put(keyConfig, keyConfigText(setup), options);
  put(compose, composeText(setup), options);
  return {compose, keyConfig, keysDir: dirname(keyConfig)};
}
