import type {Stats} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {say, type NextStep} from '../next-step/next-step.ts';
import {shellWord} from '../text/shell-word.ts';

/** Who reads secrets. */
export type SecretReader = {
  uid: number;
  groups: readonly number[];
  /** Where systemd puts the credentials of the service; null: it gave none. */
  credentials: string | null;
};

/** This process. */
export function thisReader(): SecretReader {
  const groups = [...(process.getgroups?.() ?? []), process.getegid?.() ?? 0];
  const credentials = process.env['CREDENTIALS_DIRECTORY'] ?? '';
  return {uid: process.getuid?.() ?? 0, groups, credentials: credentials === '' ? null : credentials};
}

const OTHERS = 0o007;
const GROUP = 0o070;
const GROUP_MORE_THAN_READS = 0o030;

/**
 * Why a file with a secret is open to other users, in words that follow its name; null: it is not. A file of root that this
 * user reads by its own group (a Kubernetes or Docker secret of mode 0440), or that systemd passed as a credential, is closed: only root
 * could have put it there.
 */
export function exposure(
  path: string,
  {mode, uid: owner, gid}: Pick<Stats, 'mode' | 'uid' | 'gid'>,
  {uid, groups, credentials}: SecretReader,
): {why: string; next: NextStep} | null {
  if ((mode & (OTHERS | GROUP)) === 0) return null;
  const isPassed = credentials !== null && dirname(resolve(path)) === resolve(credentials);
  const isLent =
    owner === 0 &&
    uid !== 0 &&
    (mode & (OTHERS | GROUP_MORE_THAN_READS)) === 0 &&
    (isPassed || groups.includes(gid));
  if (isLent) return null;
  const name = shellWord(path);
  const canChange = uid === owner || uid === 0;
  const isOfGroup = uid === 0 && owner === 0 && gid !== 0 && (mode & (OTHERS | GROUP_MORE_THAN_READS)) === 0;
  return {
    why: `has mode ${(mode & 0o777).toString(8).padStart(4, '0')}; only its owner may have access`,
    next: say(
      canChange
        ? `chmod 600 ${name}${isOfGroup ? `; leave it where the operator runs as another user, of group ${gid}` : ''}`
        : `As root: chown ${uid} ${name} && chmod 600 ${name}; of a mounted secret set mode 0440 and a group of this user (${groups.join(', ')})`,
    ),
  };
}
