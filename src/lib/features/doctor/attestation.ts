import type {TeeAttestation} from '../../config/config.ts';
import {readTeeRoot, type TeeRoot} from '../../config/tee-root.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {fail, ok, warn, type Finding} from './check.ts';

/** A root that ends sooner is worth a word. */
const SOON_MS = 90 * 86_400_000;

/** What the attestations of tee workers are judged by. @param words what is well about the workers */
export function judgeAttestation(
  {verify, rootFile, registers}: TeeAttestation,
  words: string,
  now: number,
): Finding {
  const root = rootOf(rootFile);
  if (root !== null && 'state' in root) return {...root, found: `${words}; ${root.found}`};
  const set = say('Set workers.tee.root and workers.tee.pcrs (docs/verification.md).');
  if (root === null)
    return warn(`${words}; attestations are recorded and not checked: no root is configured`, set);
  const named = `root ${root.sha256}${root.isOfAws ? ' of AWS Nitro' : ''}`;
  if (now > root.notAfter || now < root.notBefore)
    return fail(
      `${words}; ${named} is valid from ${isoTime(root.notBefore)} to ${isoTime(root.notAfter)} only`,
      say('Name the root that is valid now in workers.tee.root.'),
    );
  if (Object.keys(registers).length === 0)
    return warn(
      `${words}; attestations are recorded and not checked: no registers are configured; ${named}`,
      set,
    );
  if (root.notAfter - now < SOON_MS)
    return warn(
      `${words}; ${named} ends at ${isoTime(root.notAfter)}`,
      say('Name the root that follows it in workers.tee.root.'),
    );
  const numbers = Object.keys(registers).join(', ');
  return verify === 'require'
    ? ok(`${words}; each attestation must be valid: ${named}, registers ${numbers}`)
    : warn(
        `${words}; attestations that are not valid are only recorded: ${named}`,
        say('Set workers.tee.verify to require.'),
      );
}

function rootOf(file: string | null): TeeRoot | Finding | null {
  if (file === null) return null;
  try {
    return readTeeRoot(file, 'workers.tee.root');
  } catch (error) {
    if (!isAosError(error)) throw error;
    return fail(`${error.message} (${error.code})`, error.next);
  }
}
