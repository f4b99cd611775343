import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import {pathFlag} from '../../cli/flags.ts';
import type {VrfKeySource} from '../../config/config.ts';
import {findConfig} from '../../config/file.ts';
import {hasConfigVariables, noConfiguration} from '../../config/no-configuration.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import type {Env} from '../../config/user-path.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {keyPath} from './key-flags.ts';

const USUAL = {vrf: 'vrf.key', keystore: 'bls.json'} as const;
const KEY = {vrf: 'node.vrf_key_file', keystore: 'node.bls_key_file'} as const;
type Kind = keyof typeof USUAL;

const fileFlag = (kind: Kind, what: string) => ({
  file: pathFlag({
    char: 'f',
    summary: `${what} [${KEY[kind]} of the configuration, else ./${USUAL[kind]}].`,
    exclusive: ['config'],
    noCacheDefault: true,
  }),
});

/** Which key is shown: without the flag that of the configuration. */
export const shownVrfFlag = fileFlag('vrf', 'The VRF key file');
export const shownBlsFlag = fileFlag('keystore', 'The keystore');

/** What the command line says, and where it was typed. */
export type Asked = {file: string | undefined; config: string | undefined; env: Env; cwd: string};

/**
 * The VRF key to show: that of `--file`, else of the configuration, else of this directory.
 * @throws AosError CONFIG_* where no key is named
 */
export function vrfKeyToShow(asked: Asked): VrfKeySource {
  if (asked.file !== undefined) return {kind: 'file', path: keyPath(asked.file)};
  return configured(asked)?.vrfKey ?? {kind: 'file', path: usualFile('vrf', asked)};
}

/**
 * The keystore to show, in the same order, and the password file that the configuration names for it.
 * @throws AosError CONFIG_* where no key is named
 */
export function blsKeyToShow(asked: Asked): {file: string; passwordFile: string | null} {
  if (asked.file !== undefined) return {file: keyPath(asked.file), passwordFile: null};
  const config = configured(asked);
  if (config === null || config.blsKeyFile === null)
    return {file: usualFile('keystore', asked), passwordFile: null};
  return {file: config.blsKeyFile, passwordFile: config.blsPasswordFile};
}

/** Null: there is no configuration. Problems of other keys do not matter here. */
function configured({config, env, cwd}: Asked): UsableConfig | null {
  const file = findConfig({flag: config, env, cwd})?.path ?? null;
  if (file === null && !hasConfigVariables(env)) return null;
  const usable = usableConfig({file, env, cwd});
  if (usable.error !== null) throw usable.error;
  return usable;
}

function usualFile(kind: Kind, {config, env, cwd}: Asked): string {
  const file = resolve(cwd, USUAL[kind]);
  if (existsSync(file)) return file;
  const found = findConfig({flag: config, env, cwd})?.path ?? null;
  if (found === null && !hasConfigVariables(env)) throw noConfiguration(env, ['--file FILE']);
  throw new AosError('CONFIG_INVALID', `${KEY[kind]} is not set, and there is no file ./${USUAL[kind]}`, {
    next: say(`Name the key with --file FILE, or set ${KEY[kind]} in the configuration.`),
  });
}

/**
 * A key that is not there, for a command that only shows it: a new key is no way out, since it would be another one.
 * @param isNamed by `--file`
 */
export function withoutNewKey(error: unknown, kind: Kind, isNamed: boolean): unknown {
  if (!isAosError(error, 'VRF_KEY_MISSING', 'KEY_MISSING') || error.next.run === undefined) return error;
  const {code, message, cause, details} = error;
  const next = isNamed
    ? say(`Correct --file, or leave it out: ${KEY[kind]} of the configuration names the key.`)
    : say(`Correct ${KEY[kind]}, or restore the file from its backup: a new key would be another one.`);
  return new AosError(code, message, {cause, details, next});
}
