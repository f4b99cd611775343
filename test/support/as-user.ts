import {spawnSync} from 'node:child_process';

/** A user id that no user database knows, as containers have. */
export const OTHER_UID = 12_345;

/** Whether a test may become other users: only root may, and only with setpriv. */
export const canBeOthers = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

/** The command line that runs `command` as another user, in no group but its own. */
export function asUser(uid: number, command: readonly string[]): string[] {
  return ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--', ...command];
}
