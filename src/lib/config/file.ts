import {isUtf8} from 'node:buffer';
import {closeSync, fstatSync, lstatSync, openSync, readSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {AosError, isAosError} from '../foundation/errors/error.ts';
import {isUtf16} from '../foundation/text/utf16.ts';
import {shellWord} from '../foundation/text/shell-word.ts';
import {configDir} from './paths.ts';
import {namedPath, pathOfVariable, type Env} from './user-path.ts';
import {sanitizeText} from './sanitize.ts';
import {run, say, type NextStep} from '../foundation/next-step/next-step.ts';
import {notAFile, openFailure} from '../foundation/system/unfit-file.ts';

/** A real file has a few kB; a larger one is not a configuration. */
const MAX_BYTES = 1024 * 1024;
const SYSTEM_FILE = '/etc/aos/config.yaml';

export type FoundConfig = {
  /** As named, or its readable form; relative to the working directory. */
  path: string;
  from: 'flag' | 'env' | 'cwd' | 'home' | 'system';
};

/** Returns the places that are searched for a config file when none is named, in order. */
export function configPlaces(env: Env): readonly FoundConfig[] {
  const own = configDir(env);
  return [
    {path: 'config.yaml', from: 'cwd'},
    ...(own === null ? [] : [{path: join(own, 'config.yaml'), from: 'home'} as const]),
    {path: SYSTEM_FILE, from: 'system'},
  ];
}

/**
 * Finds the config file: `-c` › `AOS_CONFIG` › `./config.yaml` › `$AOS_HOME/config.yaml` (default `~/.config/aos`) ›
 * `/etc/aos/config.yaml`. A named one is returned whether or not it exists.
 * @returns null when none is named and none exists
 * @throws AosError PATH_INVALID
 */
export function findConfig(where: {flag?: string | undefined; env: Env; cwd: string}): FoundConfig | null {
  const named = namedConfig(where);
  if (named !== null) return named;
  return configPlaces(where.env).find(({path}) => exists(resolve(where.cwd, path))) ?? null;
}

/** The file that `-c` or AOS_CONFIG names; null: neither does. @throws AosError PATH_INVALID */
export function namedConfig(where: {flag?: string | undefined; env: Env; cwd: string}): FoundConfig | null {
  const {flag, env, cwd} = where;
  if (flag !== undefined) return {path: namedPath(flag, cwd, env, '--config'), from: 'flag'};
  const path = pathOfVariable(env, 'AOS_CONFIG');
  return path === undefined ? null : {path, from: 'env'};
}

/** True also for an unreadable file, so that its error is reported instead of skipped. */
function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

export type ConfigFile = {
  /** The decoded text; invalid bytes are U+FFFD. */
  text: string;
  /** Why the text may only be searched for a private key; null when it may be used. */
  error: AosError | null;
  /** The group or others may read it. */
  readable: boolean;
};

/**
 * Reads a config file.
 * @param path as named, relative to `cwd`
 * @throws AosError CONFIG_MISSING | CONFIG_UNREADABLE. For a file that is too large or not UTF-8, `error` is set instead.
 */
export function readConfigFile(path: string, cwd: string): ConfigFile {
  const name = sanitizeText(path);
  const full = resolve(cwd, path);
  let file;
  try {
    // Opening a named pipe may wait for a writer for ever; the pipe of a shell's `<(…)` has one.
    const pipe = statSync(full).isFIFO() && !/^\/(dev|proc)\//.test(full);
    if (pipe) throw new AosError('CONFIG_UNREADABLE', `${name} is a named pipe, not a file`);
    file = openSync(full, 'r');
  } catch (error) {
    throw error instanceof AosError ? error : fileError(name, error);
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw directoryError(name, full);
    const bytes = readUpTo(file, MAX_BYTES + 1);
    const readable = stat.isFile() && (stat.mode & 0o044) !== 0;
    return {...decode(name, bytes), readable};
  } catch (error) {
    throw error instanceof AosError ? error : fileError(name, error);
  } finally {
    closeSync(file);
  }
}

/** The file in it, where there is one. */
function directoryError(name: string, full: string): AosError {
  if (exists(join(full, 'config.yaml')))
    return new AosError('CONFIG_UNREADABLE', `${name} is a directory`, {
      next: say(`Name the file in it: -c ${shellWord(join(name, 'config.yaml'))}`),
    });
  const unfit = notAFile(full, statSync(full));
  return new AosError('CONFIG_UNREADABLE', `${name} ${unfit?.why ?? 'is a directory'}`, {
    ...(unfit === null || unfit.next === null ? {} : {next: unfit.next}),
  });
}

function decode(name: string, bytes: Buffer): {text: string; error: AosError | null} {
  const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes);
  if (bytes.length > MAX_BYTES) {
    return {
      text,
      error: new AosError('CONFIG_UNREADABLE', `${name} is larger than 1 MiB, so it is not a configuration`),
    };
  }
  if (isUtf8(bytes) && !text.includes('\0')) return {text, error: null};
  const what = isUtf8(bytes) ? 'has NUL bytes' : `is not UTF-8 text (first at line ${badLine(text)})`;
  const error = isUtf16(bytes)
    ? new AosError('CONFIG_UNREADABLE', `${name} is UTF-16 text, as some editors of Windows save it`, {
        next: say(`iconv -f UTF-16 -t UTF-8 ${shellWord(name)} > config.yaml, or save it as UTF-8`),
      })
    : new AosError('CONFIG_UNREADABLE', `${name} ${what}`, {next: say('Save the file as UTF-8.')});
  return {text: text.replaceAll('\0', ''), error};
}

function badLine(text: string): number {
  return text.slice(0, Math.max(text.indexOf('\ufffd'), 0)).split('\n').length;
}

function readUpTo(file: number, most: number): Buffer {
  const buffer = Buffer.alloc(most);
  let length = 0;
  while (length < most) {
    const count = readSync(file, buffer, length, most - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function fileError(name: string, error: unknown): AosError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AosError('CONFIG_MISSING', `there is no file ${name}`, {
      cause: error,
      next: run('init', [], 'Name the configuration file with -c FILE, or make it'),
    });
  }
  const {why, next} = openFailure(name, error);
  return new AosError('CONFIG_UNREADABLE', `${name} ${why}`, {
    cause: error,
    ...(next === null ? {} : {next}),
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Reads the text of a file of another program that a command's own argument names.
 * @param missing the next step when it is not there: the usual one names -c
 * @throws AosError CONFIG_MISSING | CONFIG_UNREADABLE, or the `error` of {@link readConfigFile}
 */
export function readNamedFile(path: string, cwd: string, missing: NextStep): string {
  try {
    const {text, error} = readConfigFile(path, cwd);
    if (error !== null) throw error;
    return text;
  } catch (error) {
    if (!isAosError(error, 'CONFIG_MISSING')) throw error;
    throw new AosError('CONFIG_MISSING', error.message, {cause: error, next: missing});
  }
}
