import {ALL_FIELDS, FIELDS, type AnyField} from '../../config/schema.ts';
import type {Entry} from '../init/config-text.ts';

/** What became of a key of the old file. */
export type KeyFate = {
  path: string;
  became: 'kept' | 'moved' | 'left out' | 'unknown';
  note: string;
};

/** A file of the reference operator, taken apart. */
export type OldConfig = {
  /** Texts by path, aliases included. */
  values: ReadonlyMap<string, readonly string[]>;
  /** Known keys and sections that stand in the file, also those aos has no use for. */
  present: readonly string[];
  unknown: readonly string[];
};

export type Migration = {
  entries: readonly Entry[];
  keys: readonly KeyFate[];
  /** 64 lower-case hex digits; null when the file holds none. Never shown. */
  signerKey: string | null;
  vrfKey: string | null;
  /** One key serves as both. */
  shared: boolean;
  /** What is wrong with the old secrets; no migration then. */
  problems: readonly string[];
};

export type MigrationTarget = {signerUrl: string; vrfKeyFile: string};

/** Maps every key of an old file to its place in a new one; both secrets come out of it. */
export function planMigration(old: OldConfig, target: MigrationTarget): Migration {
  const entries: Entry[] = [];
  const keys: KeyFate[] = [];
  const problems: string[] = [];
  const secrets: {signerKey: string | null; vrfKey: string | null} = {signerKey: null, vrfKey: null};

  const take = (field: AnyField, texts: readonly string[], from: string): void => {
    const [text = ''] = texts;
    const moved = from === field.path ? '' : `is ${field.path} now`;
    if (field === FIELDS.signerKey && isHexKey(text)) {
      secrets.signerKey = hexOf(text);
      entries.push({path: field.path, value: target.signerUrl});
      keys.push({
        path: from,
        became: 'moved',
        note: 'the key goes into an encrypted keystore for Web3Signer',
      });
    } else if (field === FIELDS.vrfKey && old.values.has(FIELDS.vrfKeyFile.path)) {
      keys.push({path: from, became: 'left out', note: 'node.vrf_key_file is used instead'});
    } else if (field === FIELDS.vrfKey) {
      if (isHexKey(text)) secrets.vrfKey = hexOf(text);
      else problems.push(`${from} is not 64 hex digits`);
      entries.push({path: FIELDS.vrfKeyFile.path, value: target.vrfKeyFile});
      keys.push({path: from, became: 'moved', note: `goes into ${target.vrfKeyFile}, mode 0600`});
    } else {
      entries.push({path: field.path, value: field.kind === 'many' ? texts : text});
      keys.push({path: from, became: 'kept', note: moved});
    }
  };

  for (const field of ALL_FIELDS) {
    if (field.kind === 'unused') {
      if (old.present.includes(field.path))
        keys.push({path: field.path, became: 'left out', note: field.meaning.replaceAll('`', '')});
      continue;
    }
    const names = [field.path, ...(field.alias === null ? [] : [field.alias])];
    const [first, second] = names.filter((name) => old.values.has(name));
    if (first !== undefined) take(field, old.values.get(first) ?? [], first);
    if (second !== undefined)
      keys.push({path: second, became: 'left out', note: `${String(first)} says the same`});
  }
  for (const path of old.unknown) keys.push({path, became: 'unknown', note: 'not a key of aos; left out'});
  const {signerKey, vrfKey} = secrets;
  return {entries, keys, ...secrets, shared: signerKey !== null && signerKey === vrfKey, problems};
}

/** As a raw key may stand in a file: with 0x, quotes, or over several lines. */
function isHexKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(hexOf(text));
}

function hexOf(text: string): string {
  return text
    .replaceAll(/[\s"'\\]/g, '')
    .replace(/^0x/i, '')
    .toLowerCase();
}

/** Shortest piece of a key that is looked for: a key may stand over several lines. */
const PIECE = 6;

/**
 * A text for the screen without any secret of the old file: keys, also in pieces, passwords in URLs, and RPC URLs with
 * what may be an access key in them.
 * @param keys lower-case hex digits
 * @param texts further texts that must not be seen, with what is shown instead
 */
export function withoutSecretsOf(
  text: string,
  keys: readonly string[],
  texts: readonly (readonly [string, string])[],
): string {
  const named = texts.reduce((rest, [secret, shown]) => rest.replaceAll(secret, shown), text);
  const inKey = (piece: string): boolean =>
    keys.some((key) => key.includes(piece.replace(/^0x/i, '').toLowerCase()));
  return (
    named
      .replaceAll(/(?:0x)?[0-9a-f]{48,}/gi, HIDDEN)
      .replaceAll(/(?<=:\/\/)[^\s/@]+(?=@)/g, HIDDEN)
      .replaceAll(new RegExp(`(?:0x)?[0-9a-f]{${PIECE},}`, 'gi'), (run) => (inKey(run) ? HIDDEN : run))
      // Digit by digit: no line of mere hex digits is shown.
      .replaceAll(/^([ \t"'-]*)(?:0x)?[0-9a-f]{1,5}(["' \t\\]*)$/gim, `$1${HIDDEN}$2`)
  );
}

const HIDDEN = '[not shown]';
