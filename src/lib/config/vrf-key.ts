import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {AosError} from '../foundation/errors/error.ts';
import type {VrfKeySource} from './config.ts';
import {sanitizeText} from './sanitize.ts';
import {seed} from './values.ts';
import {run} from '../foundation/next-step/next-step.ts';
import {exposure, thisReader, type SecretReader} from '../foundation/system/secret-access.ts';
import {notAFile, openFailure} from '../foundation/system/unfit-file.ts';

/** Bytes read at most; a seed has 64 digits. */
const MOST = 1024;

/**
 * Reads the VRF seed: 32 bytes. The caller keeps it out of logs and overwrites it when done.
 * @param reader whose access is judged [this process]
 * @throws AosError VRF_KEY_MISSING | VRF_KEY_UNSAFE (group or others may read the file) | VRF_KEY_INVALID
 */
export function readVrfKey(source: VrfKeySource, reader: SecretReader = thisReader()): Uint8Array {
  const hex = source.kind === 'inline' ? source.read() : readSeedFile(source.path, reader);
  const parsed = seed.parse(hex.trim());
  if ('wrong' in parsed) {
    const where = source.kind === 'inline' ? 'node.vrf_key' : sanitizeText(source.path);
    throw new AosError('VRF_KEY_INVALID', `${where} must contain 64 hex digits and nothing else`);
  }
  return Uint8Array.from(Buffer.from(parsed.value, 'hex'));
}

function readSeedFile(path: string, reader: SecretReader): string {
  const name = sanitizeText(path);
  let file;
  try {
    // Not blocking: a named pipe without a writer would block the start for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const {why, next} = openFailure(path, error);
    const make = run(
      'keys vrf create',
      ['--file', path],
      'Correct node.vrf_key_file; on a new node make the key',
    );
    throw new AosError('VRF_KEY_MISSING', `the VRF key file ${name} ${why}`, {
      cause: error,
      next: next ?? make,
    });
  }
  try {
    // Checks the open file, not the path, so that the file cannot be exchanged in between.
    const stat = fstatSync(file);
    const unfit = notAFile(path, stat);
    if (unfit !== null)
      throw new AosError('VRF_KEY_MISSING', `the VRF key file ${name} ${unfit.why}`, {
        ...(unfit.next === null ? {} : {next: unfit.next}),
      });
    const open = exposure(path, stat, reader);
    if (open !== null)
      throw new AosError('VRF_KEY_UNSAFE', `the VRF key file ${name} ${open.why}`, {next: open.next});
    const buffer = Buffer.alloc(MOST);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, MOST, 0));
  } finally {
    closeSync(file);
  }
}
