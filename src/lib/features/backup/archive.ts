import {createHash} from 'node:crypto';
import {closeSync, createReadStream, fsyncSync, openSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {extract, pack} from 'tar-stream';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {
  CONFIG_NAME,
  JOURNAL_NAME,
  MANIFEST_NAME,
  MOST_ENTRIES,
  MOST_SMALL_BYTES,
  README_NAME,
  readManifest,
  type Manifest,
} from './manifest.ts';

/** A small file of an archive. */
export type SmallEntry = {name: string; bytes: Uint8Array};

/** Packs small files, then the journal. @param journal the path of its copy */
export function packed(small: readonly SmallEntry[], journal: {path: string; bytes: number}): Readable {
  const tar = pack();
  const write = async (): Promise<void> => {
    for (const {name, bytes} of small)
      await new Promise<void>((resolve, reject) => {
        tar.entry({name, mode: 0o600}, Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
      });
    const entry = tar.entry({name: JOURNAL_NAME, mode: 0o600, size: journal.bytes});
    await pipeline(createReadStream(journal.path), entry);
    tar.finalize();
  };
  write().catch((error: unknown) =>
    tar.destroy(error instanceof Error ? error : new Error('the archive failed')),
  );
  return Readable.from(tar, {objectMode: false});
}

/** SHA-256 in hex of a file's bytes. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An archive that was written below one directory. */
export type Unpacked = {manifest: Manifest; config: string};

/**
 * Reads an archive into a directory that only this process uses: the configuration and keys under the names of the archive, and the
 * journal where `journal` says. The first entry is the manifest; each other has to be named in it, with its size and hash.
 * Nothing else is written: a path of its own, a link or a second entry of a name is refused.
 * @param onManifest is asked before anything large is written; it throws to refuse
 * @throws AosError BACKUP_INVALID | BACKUP_FAILED, or what the stream and `onManifest` throw
 */
export async function unpack(
  stream: AsyncIterable<Uint8Array>,
  dir: string,
  onManifest: (manifest: Manifest) => Promise<void> | void,
): Promise<Unpacked> {
  const tar = extract();
  const source = Readable.from(stream, {objectMode: false});
  source.on('error', (error) => tar.destroy(error));
  source.pipe(tar);
  let manifest: Manifest | null = null;
  let config = '';
  const left = new Map<string, {bytes: number; sha256: string}>();
  let entries = 0;
  try {
    for await (const entry of tar) {
      const {name, type, size} = entry.header;
      entries += 1;
      if (type !== 'file') throw invalid(name, 'is no plain file');
      if (entries > MOST_ENTRIES) throw invalid(name, 'is one entry too many');
      if (manifest === null) {
        if (name !== MANIFEST_NAME) throw invalid(name, 'is first, and the manifest should be');
        manifest = readManifest((await small(bytesOf(entry), name, size)).toString('utf8'));
        for (const [known, expected] of expectedOf(manifest)) left.set(known, expected);
        await onManifest(manifest);
      } else if (name === README_NAME) await small(bytesOf(entry), name, size);
      else {
        const expected = left.get(name);
        if (expected === undefined) throw invalid(name, 'does not belong there');
        left.delete(name);
        if (size !== expected.bytes) throw invalid(name, 'has another size than the manifest says');
        if (name !== JOURNAL_NAME && size > MOST_SMALL_BYTES) throw invalid(name, 'is too large');
        const {sha256, text} = await writeEntry(bytesOf(entry), join(dir, name), name === CONFIG_NAME);
        if (sha256 !== expected.sha256) throw invalid(name, 'is not what the manifest says');
        if (name === CONFIG_NAME) config = text;
      }
    }
  } catch (error) {
    source.destroy();
    if (isAosError(error)) throw error;
    throw new AosError(isOfSystem(error) ? 'BACKUP_FAILED' : 'BACKUP_INVALID', errorText(error), {
      cause: error,
    });
  }
  const [missing] = left.keys();
  if (manifest === null || missing !== undefined)
    throw new AosError('BACKUP_INVALID', `it ends without ${missing ?? 'a manifest'}`);
  return {manifest, config};
}

function expectedOf({config, journal, keys}: Manifest): [string, {bytes: number; sha256: string}][] {
  return [
    [CONFIG_NAME, config],
    [JOURNAL_NAME, journal],
    ...keys.map((key): [string, typeof key] => [key.name, key]),
  ];
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}

async function small(entry: AsyncIterable<Uint8Array>, name: string, size: number): Promise<Buffer> {
  if (size > MOST_SMALL_BYTES) throw invalid(name, 'is too large');
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes a new file of mode 0600, on the disk when this resolves. */
async function writeEntry(
  entry: AsyncIterable<Uint8Array>,
  path: string,
  keep: boolean,
): Promise<{sha256: string; text: string}> {
  makeDirectory(join(path, '..'), 0o700);
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  const file = openSync(path, 'wx', 0o600);
  try {
    for await (const chunk of entry) {
      hash.update(chunk);
      if (keep) kept.push(chunk);
      for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return {sha256: hash.digest('hex'), text: Buffer.concat(kept).toString('utf8')};
}

function invalid(name: string, why: string): AosError {
  return new AosError('BACKUP_INVALID', `the entry ${safeText(name, 100)} ${why}`);
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
