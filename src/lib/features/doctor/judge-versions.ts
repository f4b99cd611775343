import {say} from '../../foundation/next-step/next-step.ts';
import {ok, warn, fail, type Finding} from './check.ts';

const LEAST_NODE = [20, 19];
const TESTED = [20, 22, 24];
/** The first SQLite without the WAL-reset corruption. */
const SAFE_SQLITE = [3, 51, 3];

/** @param version without a leading v */
export function judgeNode(version: string): Finding {
  const major = Number(version.split('.')[0]);
  if (!isAtLeast(version, LEAST_NODE))
    return fail(`Node.js ${version} is older than ${LEAST_NODE.join('.')}`, say('Install Node.js 24 or 22.'));
  if (!TESTED.includes(major))
    return warn(
      `Node.js ${version}; aos is tested with ${TESTED.join(', ')}`,
      say('Install Node.js 24 or 22.'),
    );
  return ok(`Node.js ${version}`);
}

export function judgeSqlite(binding: string, version: string): Finding {
  const found = `SQLite ${version} by ${binding}`;
  return isAtLeast(version, SAFE_SQLITE)
    ? ok(found)
    : warn(
        `${found} has a bug that can damage a journal when it is restarted`,
        say('Install aos again, or use Node.js 24.'),
      );
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, least] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
