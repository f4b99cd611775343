import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {movedConfig} from '../../config/moved-file.ts';
import {FIELDS} from '../../config/schema.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {syncDirectory} from '../../keys/sync-directory.ts';
import {checkCopy} from '../../node/journal/copy-journal.ts';
import {readHolding} from '../../node/journal/holding.ts';
import {JOURNAL_FILE} from '../../node/journal/sqlite.ts';
import {decrypted} from './age-file.ts';
import {unpack} from './archive.ts';
import {resultOf, type BackupResult} from './create.ts';
import {CONFIG_NAME, JOURNAL_NAME, type Manifest} from './manifest.ts';
import {needRoomFor, requireSame} from './verify.ts';

/** A node that was put in place. */
export type RestoreResult = BackupResult & {dir: string; config: string};

export type RestoreOptions = {
  file: string;
  /** Where the node's directory is to be: nothing is there yet, or an empty directory. */
  to: string;
  passphrase: string;
  /** When a person said that the old operator is off, Unix ms; null: not said. */
  confirmedAt: number | null;
  /** What answers at the node's public URL; null: nothing. */
  ping: (outerUrl: string) => Promise<string | null>;
  /** The operator of this node that runs on this machine; null: none. */
  running: (node: {network: string; nodeId: string}) => Promise<string | null>;
  signal: AbortSignal;
};

/** The directories of a restored node. */
const STATE = 'state';

/**
 * Puts a node out of a backup in place: DIR/config.yaml, DIR/keys and DIR/state. It is there whole or not at all, and never over
 * something that is there.
 * @throws AosError BACKUP_* | RESTORE_UNSAFE | JOURNAL_LOCKED | OUT_EXISTS, or the signal's reason
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const {file, signal} = options;
  const to = resolve(options.to);
  refuseTaken(to);
  const draft = `${to}.restore-${randomBytes(4).toString('hex')}`;
  try {
    makeDirectory(dirname(to), 0o700);
    mkdirSync(draft, {mode: 0o700});
    const {manifest, config} = await unpack(
      await decrypted(file, options.passphrase),
      draft,
      async (said) => {
        signal.throwIfAborted();
        needRoomFor(said, draft);
        await refuseSecond(said, options);
      },
    );
    const {mark} = checkCopy(join(draft, JOURNAL_NAME), options.confirmedAt ?? undefined);
    requireSame(manifest, mark.id);
    arrange(draft, config, manifest);
    signal.throwIfAborted();
    putInPlace(draft, to);
    return {...resultOf(resolve(file), manifest), dir: to, config: join(to, CONFIG_NAME)};
  } catch (error) {
    if (isAosError(error) || signal.aborted) throw error;
    throw new AosError('BACKUP_FAILED', `${safeText(to)}: ${errorText(error)}`, {cause: error});
  } finally {
    rmSync(draft, {recursive: true, force: true});
  }
}

/** @throws AosError RESTORE_UNSAFE */
async function refuseSecond(
  {nodeId, network, outerUrl}: Manifest,
  {confirmedAt, ping, running}: RestoreOptions,
): Promise<void> {
  const here = await running({network, nodeId});
  if (here !== null)
    throw new AosError('RESTORE_UNSAFE', `an operator of ${nodeId} runs on this machine (${here})`, {
      next: say(
        'Stop it first: aos stop. To go back to an older state of a node that runs is never right: its journal knows more.',
      ),
    });
  const answer = outerUrl === null ? null : await ping(outerUrl);
  if (answer !== null)
    throw new AosError('RESTORE_UNSAFE', `the former operator, or what is before it, still works: ${answer}`);
  if (confirmedAt === null)
    throw new AosError(
      'RESTORE_UNSAFE',
      `nothing answers at ${outerUrl ?? 'a public URL (none is configured)'}, but that does not show that the former operator of ${nodeId} is off`,
    );
}

/** @throws AosError JOURNAL_LOCKED | OUT_EXISTS */
function refuseTaken(to: string): void {
  if (!existsSync(to)) return;
  for (const dir of [to, join(to, STATE)])
    if (readHolding(dir).lock === 'held')
      throw new AosError('JOURNAL_LOCKED', `an operator works with the journal in ${safeText(dir)}`, {
        next: say('Restore into another directory, and never beside a node that runs.'),
      });
  if (isEmptyDirectory(to)) return;
  throw new AosError('OUT_EXISTS', `${safeText(to)} exists already, and a restore replaces nothing`, {
    next: say('Name a directory that does not exist yet by --to.'),
  });
}

function isEmptyDirectory(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false; // a file
  }
}

/** Moves the journal to where the configuration will say that it is. */
function arrange(draft: string, config: string, {keys}: Manifest): void {
  const state = join(draft, STATE);
  mkdirSync(state, {mode: 0o700});
  renameSync(join(draft, JOURNAL_NAME), join(state, JOURNAL_FILE));
  const places = new Map([
    [FIELDS.storeDir.path, `./${STATE}`],
    ...keys.map(({field, name}) => [field, `./${name}`] as const),
  ]);
  writeFileSync(join(draft, CONFIG_NAME), movedConfig(config, places), {mode: 0o600, flush: true});
  for (const dir of [state, draft]) syncDirectory(dir);
}

/** A rename replaces an empty directory, and nothing else. */
function putInPlace(draft: string, to: string): void {
  renameSync(draft, to);
  syncDirectory(dirname(to));
}
