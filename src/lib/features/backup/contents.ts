import {readFileSync, statSync} from 'node:fs';
import {basename} from 'node:path';
import {alertSecretFiles} from '../../config/alert-channels.ts';
import {ZKML_MODELS} from '../../config/maps.ts';
import {modelKey} from '../../config/moved-file.ts';
import {FIELDS} from '../../config/schema.ts';
import type {UsableConfig} from '../../config/usable.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {hashOf, type SmallEntry} from './archive.ts';
import {CONFIG_NAME, MOST_KEYS, MOST_SMALL_BYTES, type Manifest} from './manifest.ts';

/** The small files of a node: its configuration, and the files that this names. */
export type NodeFiles = {config: SmallEntry; keys: (SmallEntry & {field: string})[]};

/**
 * Reads them.
 * @throws AosError BACKUP_FAILED when one that is named cannot be read, or when they are too many: a backup without a key is none
 */
export function readNodeFiles(file: string, config: UsableConfig): NodeFiles {
  const named = namedFiles(config);
  if (named.length > MOST_KEYS)
    throw new AosError(
      'BACKUP_FAILED',
      `the configuration names ${named.length} files, and a backup has at most ${MOST_KEYS}`,
      {next: say(`Take models without jobs out of ${ZKML_MODELS.path}, then try again.`)},
    );
  const keys = named.map(({field, path}, index) => ({
    field,
    name: `keys/${index + 1}-${plainName(path)}`,
    bytes: readSmall(path, field),
  }));
  return {config: {name: CONFIG_NAME, bytes: readSmall(file, 'the configuration')}, keys};
}

/** What the manifest says of them. */
export function manifestOf({config, keys}: NodeFiles): Pick<Manifest, 'config' | 'keys'> {
  return {
    config: describe(config.bytes),
    keys: keys.map(({name, field, bytes}) => ({name, field, ...describe(bytes)})),
  };
}

function describe(bytes: Uint8Array): {bytes: number; sha256: string} {
  return {bytes: bytes.length, sha256: hashOf(bytes)};
}

function namedFiles(config: UsableConfig): {field: string; path: string}[] {
  const {vrfKey, blsKeyFile, blsPasswordFile, signerTls, alertChannels, watchdog} = config;
  const all: [field: {path: string}, path: string | null | undefined][] = [
    [FIELDS.vrfKeyFile, vrfKey?.kind === 'file' ? vrfKey.path : null],
    [FIELDS.blsKeyFile, blsKeyFile],
    [FIELDS.blsPasswordFile, blsPasswordFile],
    [FIELDS.signerCa, signerTls?.ca],
    [FIELDS.signerCert, signerTls?.cert],
    [FIELDS.signerCertKey, signerTls?.key],
    [FIELDS.signerPassphraseFile, signerTls?.passphraseFile],
    ...alertSecretFiles(alertChannels, watchdog).map(({field, path}): [{path: string}, string] => [
      field,
      path,
    ]),
    [FIELDS.tee.root, config.teeAttestation.rootFile],
    [FIELDS.opml.apiKeyFile, config.engine?.apiKeyFile],
    [FIELDS.opml.ca, config.engine?.ca],
    ...modelFiles(config),
  ];
  return all.flatMap(([field, path]) =>
    path === null || path === undefined ? [] : [{field: field.path, path}],
  );
}

/** Files of zkml models that are small; a larger one is copied by itself, as one that is not there (aos doctor names both). */
function modelFiles({proofChecks}: UsableConfig): [field: {path: string}, path: string][] {
  return [...proofChecks.models].flatMap(([name, {vk, settings, srs}]) =>
    Object.entries({vk, settings, srs}).flatMap(([key, path]): [{path: string}, string][] =>
      path === null || !isSmall(path) ? [] : [[{path: modelKey(name, key)}, path]],
    ),
  );
}

function isSmall(path: string): boolean {
  try {
    const stat = statSync(path, {throwIfNoEntry: false});
    return stat !== undefined && stat.isFile() && stat.size <= MOST_SMALL_BYTES;
  } catch {
    return true; // it is not seen, and what reads it says why
  }
}

/** A name that is one on any machine. */
function plainName(path: string): string {
  const plain = basename(path)
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 60);
  return plain === '' ? 'file' : plain;
}

function readSmall(path: string, what: string): Buffer {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new AosError('BACKUP_FAILED', `${what}: ${safeText(path)} is no file`);
    if (stat.size > MOST_SMALL_BYTES)
      throw new AosError('BACKUP_FAILED', `${what}: ${safeText(path)} is larger than 1 MiB`);
    return readFileSync(path);
  } catch (error) {
    if (isAosError(error)) throw error;
    throw new AosError('BACKUP_FAILED', `${what}: ${safeText(path)} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  }
}
