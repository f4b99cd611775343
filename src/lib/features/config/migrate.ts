import {WORKER_KINDS} from '../../protocol/wire/messages.ts';
import {kindOfType} from '../../config/reference-worker.ts';
import {ALL_FIELDS, FIELDS, pathsOf, type AnyField} from '../../config/schema.ts';
import {meansTheSame} from '../../config/values.ts';
import type {Entry, NamedSection} from '../init/config-text.ts';
import type {KeyFate} from '../init/key-fate.ts';

/** A file of the reference operator, taken apart. */
export type OldConfig = {
  /** Texts by path, aliases included. */
  values: ReadonlyMap<string, readonly string[]>;
  /** Known keys and sections that stand in the file, also those aos has no use for. */
  present: readonly string[];
  unknown: readonly string[];
  /** Sections whose names are the user's own. */
  sections: readonly NamedSection[];
};

export type Migration = {
  entries: readonly Entry[];
  /** Kept as they are. */
  sections: readonly NamedSection[];
  keys: readonly KeyFate[];
  /** 64 lower-case hex digits; null when the file holds none. Never shown. */
  signerKey: string | null;
  vrfKey: string | null;
  /** One key serves as both. */
  shared: boolean;
  /** Keys have another name or place in the new file. */
  renamed: boolean;
  /** What is wrong with the old secrets; no migration then. */
  problems: readonly string[];
};

export type MigrationTarget = {
  signerUrl: string;
  vrfKeyFile: string;
  /** Network of the new file; null: that of the old one. */
  network: string | null;
};

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
    } else if (field === FIELDS.workerUrl) {
      takeWorkerUrl(text);
    } else if (field === FIELDS.nodeType && !WORKER_KINDS.some((kind) => kind === text.toLowerCase())) {
      keys.push({path: from, became: 'left out', note: `is none of ${WORKER_KINDS.join(', ')}`});
    } else if (field === FIELDS.network && target.network !== null && target.network !== text.toLowerCase()) {
      keys.push({path: from, became: 'left out', note: `the network is ${target.network} now`});
    } else {
      entries.push({path: field.path, value: field.kind === 'many' ? texts : text});
      keys.push({path: from, became: 'kept', note: moved});
    }
  };

  const takeWorkerUrl = (text: string): void => {
    const path = FIELDS.workerUrl.path;
    const {url, urls} = FIELDS[kindOfType(old.values.get(FIELDS.nodeType.path)?.[0])];
    const own = old.values.get(url.path)?.[0];
    if (own === undefined && !old.values.has(urls.path)) {
      entries.push({path: url.path, value: text});
      keys.push({path, became: 'kept', note: `is ${url.path} now`});
    } else if (own !== undefined && meansTheSame(url.type, own, text)) {
      keys.push({path, became: 'left out', note: `${url.path} says the same`});
    } else problems.push(`${path} and ${own === undefined ? urls.path : url.path} say different things`);
  };

  for (const field of ALL_FIELDS) {
    if (field.kind === 'unused') {
      if (old.present.includes(field.path))
        keys.push({path: field.path, became: 'left out', note: field.meaning.replaceAll('`', '')});
      continue;
    }
    const [first, second] = pathsOf(field).filter((name) => old.values.has(name));
    if (first === undefined) continue;
    const texts = old.values.get(first) ?? [];
    take(field, texts, first);
    if (second === undefined) continue;
    if (meansTheSame(field.type, texts[0] ?? '', old.values.get(second)?.[0] ?? ''))
      keys.push({path: second, became: 'left out', note: `${first} says the same`});
    else problems.push(`${first} and ${second} say different things`);
  }
  for (const {path, entries: named} of old.sections)
    for (const name of named.keys()) keys.push({path: `${path}.${name}`, became: 'kept', note: ''});
  if (target.network !== null && !entries.some(({path}) => path === FIELDS.network.path))
    entries.push({path: FIELDS.network.path, value: target.network});
  for (const path of old.unknown) keys.push({path, became: 'unknown', note: 'not a key of aos; left out'});
  const {signerKey, vrfKey} = secrets;
  const shared = signerKey !== null && signerKey === vrfKey;
  // A flat file has node_id and signer_key at its top, which aos takes as they are.
  const renamed = keys.some(({path, became, note}) => became === 'kept' && note !== '' && path.includes('.'));
  return {entries, sections: old.sections, keys, ...secrets, shared, renamed, problems};
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
