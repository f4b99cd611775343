import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {Readable} from 'node:stream';
import {Decrypter, Encrypter} from 'age-encryption';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {openFailure} from '../../foundation/system/unfit-file.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';

/** The whole header of a file that a passphrase opens: one scrypt stanza, and the header's own code. */
const HEADER =
  /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} (\d{1,2})\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;
const MOST_HEADER = 512;
/** 2^20 takes 1 GiB and some ten seconds; age itself writes 2^18. */
const MOST_WORK = 20;

/** Encrypts a stream as `age -p` does. @param workFactor of scrypt, log2 [18, as age] */
export async function encrypted(
  plain: Readable,
  passphrase: string,
  workFactor?: number,
): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  if (workFactor !== undefined) encrypter.setScryptWorkFactor(workFactor);
  return fromWeb(await encrypter.encrypt(toWeb(plain)));
}

/**
 * Opens a file that a passphrase opens. What it yields was authenticated piece by piece; a file that was cut or changed throws
 * while it is read.
 * @throws AosError BACKUP_PASSPHRASE | BACKUP_INVALID | BACKUP_FAILED
 */
export async function decrypted(path: string, passphrase: string): Promise<AsyncIterable<Uint8Array>> {
  await requireHeader(path);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  const file = createReadStream(path);
  try {
    return authentic(fromWeb(await decrypter.decrypt(toWeb(file))));
  } catch (error) {
    file.destroy();
    throw new AosError('BACKUP_PASSPHRASE', `${safeText(path)} is not opened by this passphrase`, {
      cause: error,
    });
  }
}

async function* authentic(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream;
  } catch (error) {
    throw new AosError('BACKUP_INVALID', `the backup was cut or changed: ${errorText(error)}`, {
      cause: error,
    });
  }
}

async function requireHeader(path: string): Promise<void> {
  const text = await beginning(path);
  const match = HEADER.exec(text);
  if (match !== null && Number(match[1]) <= MOST_WORK) return;
  const why =
    match !== null
      ? 'asks for too much work to open it'
      : text.startsWith('-----BEGIN AGE')
        ? 'is in the armored form of age'
        : text.startsWith('age-encryption.org/')
          ? 'is encrypted to keys, not with a passphrase, or its beginning is cut'
          : 'is no file of age';
  throw new AosError('BACKUP_INVALID', `${safeText(path)} ${why}`, {
    ...(text.startsWith('-----BEGIN AGE')
      ? {next: say('Take the armor off: age -d FILE | age -p > NEW.age')}
      : {}),
  });
}

async function beginning(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      if (!(await file.stat()).isFile()) throw new Error('it is no file');
      const {buffer, bytesRead} = await file.read(Buffer.alloc(MOST_HEADER), 0, MOST_HEADER, 0);
      return buffer.subarray(0, bytesRead).toString('latin1');
    } finally {
      await file.close();
    }
  } catch (error) {
    const {why, next} = openFailure(path, error);
    throw new AosError('BACKUP_FAILED', `${safeText(path)} ${why}`, {
      cause: error,
      next: next ?? say(`Correct the path: ls -l ${shellWord(dirname(path))}`),
    });
  }
}

/** The streams of the web that Node and the package know are one thing under two types. */
function toWeb(stream: Readable): globalThis.ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as globalThis.ReadableStream<Uint8Array>;
}

function fromWeb(stream: globalThis.ReadableStream<Uint8Array>): Readable {
  return Readable.fromWeb(stream);
}
