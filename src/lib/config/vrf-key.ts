import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {AosError} from '../foundation/errors/error.ts';
import {firstOdd, oddMistake, trimAscii} from '../foundation/text/odd-characters.ts';
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
  const parsed = seed.parse(trimAscii(hex.replace(/^\ufeff/, '')));
  if ('wrong' in parsed) {
    const where = source.kind === 'inline' ? 'node.vrf_key' : sanitizeText(source.path);
    const why = `${where} must contain 64 hex digits and nothing else; ${whatItIs(hex)}`;
    throw new AosError('VRF_KEY_INVALID', why);
  }
  return Uint8Array.from(Buffer.from(parsed.value, 'hex'));
}

/** What a text is that is no seed, without quoting it. */
function whatItIs(text: string): string {
  const bare = trimAscii(text);
  if (bare.startsWith('{')) return 'it is JSON, such as a keystore of an Ethereum account or of BLS';
  if (bare.includes('-----BEGIN')) return 'it is a key in PEM';
  if (bare === '') return 'it is empty';
  const odd = firstOdd(bare);
  if (odd !== null) return `it ${oddMistake(odd)}`;
  return /^(0x)?[0-9a-f]*$/i.test(bare)
    ? `it has ${bare.replace(/^0x/i, '').length} hex digits`
    : 'it has other characters too';
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
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, MOST, 0));
  } finally {
    closeSync(file);
  }
}
