import {userInfo} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';
import {AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {unquoted} from '../foundation/text/unquoted.ts';

/** Environment variables, like `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

const MOST_SHOWN = 200;
/** Debian's name for “no home directory”; `bin/unknown-user.cjs` sets it where the user database has none. */
const NO_HOME = '/nonexistent';

/**
 * Says what is wrong with a path as its user wrote it, in words that follow the path; null: it can be used. Only a shell
 * knows other users' home directories and variables: taken as they are, they would become directories of that very name.
 */
export function pathMistake(text: string): string | null {
  if (text.includes('\0')) return 'has a NUL character';
  if (/^~[^/]/.test(text))
    return 'has a ~ with a name after it, and only ~/ is expanded (a file of that name: ./~)';
  if (/^\$[A-Za-z_{(]/.test(text)) return 'begins with a variable, and variables are not expanded';
  if (/\$\{|\$\(|\{\{/.test(text)) return 'has a variable in it, and variables are not expanded';
  return null;
}

/**
 * Makes a path absolute, wherever a user names one: `~/` is the home directory, relative paths start at `base`.
 * @param what names the flag or the argument, for the error
 * @throws AosError PATH_INVALID
 */
export function userPath(text: string, base: string, env: Env, what = 'the path'): string {
  const mistake = pathMistake(text);
  if (mistake !== null) throw new AosError('PATH_INVALID', `${what}: ${shown(text)} ${mistake}`);
  if (text === '~') return userHome(env);
  return text.startsWith('~/') ? join(userHome(env), text.slice(2)) : resolve(base, text);
}

/**
 * As {@link userPath} for a path that is shown as its user named it: one that needs no home directory stays as it is.
 * @throws AosError PATH_INVALID
 */
export function namedPath(text: string, base: string, env: Env, what: string): string {
  return isUnderHome(text) || pathMistake(text) !== null ? userPath(text, base, env, what) : text;
}

/**
 * Returns the absolute path that an environment variable names; undefined when it is unset or empty. A relative one would
 * be another place after each `cd`, so it is refused.
 * @throws AosError PATH_INVALID
 */
export function pathOfVariable(env: Env, name: string): string | undefined {
  const text = unquoted(env[name] ?? '');
  if (text === '') return undefined;
  if (isUnderHome(text) || isAbsolute(text)) return userPath(text, '/', env, name);
  const mistake = pathMistake(text) ?? 'is relative';
  throw new AosError('PATH_INVALID', `${name}: ${shown(text)} ${mistake}`, {
    next: say(`Set ${name} to an absolute path, or to one that begins with ~/.`),
  });
}

/** Whether a path begins at the home directory. */
function isUnderHome(text: string): boolean {
  return text === '~' || text.startsWith('~/');
}

/**
 * Returns `$HOME`, else the home directory of the user database (services often run without HOME).
 * @throws AosError PATH_INVALID when HOME is relative, or neither names a directory
 */
export function userHome(env: Env): string {
  const home = env['HOME'] ?? '';
  if (home === '' || home === NO_HOME) return homeOfUser();
  if (isAbsolute(home)) return home;
  throw new AosError('PATH_INVALID', `HOME: ${shown(home)} is no absolute path`, {
    next: say('Set HOME to an absolute path.'),
  });
}

/** `os.homedir` repeats HOME, whatever it holds; the user database does not. */
function homeOfUser(): string {
  const home = knownHome();
  if (home !== null) return home;
  throw new AosError('PATH_INVALID', 'this user has no home directory', {
    next: say('Set AOS_HOME to a directory that this user owns; in a container, to one on a volume.'),
  });
}

/** Whether a home directory is known, by HOME or by the user database. */
export function hasHome(env: Env): boolean {
  const home = env['HOME'] ?? '';
  return (home !== '' && home !== NO_HOME) || knownHome() !== null;
}

/** The home directory that the user database names, whatever the environment says; null: none. */
export function knownHome(): string | null {
  try {
    const {homedir} = userInfo();
    return isAbsolute(homedir) && homedir !== NO_HOME ? homedir : null;
  } catch {
    return null; // the user id is in no user database, as in many containers
  }
}

const shown = (text: string): string => safeText(text, MOST_SHOWN);
