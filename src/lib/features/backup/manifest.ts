import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {JOB_STATES} from '../../node/events/job-states.ts';

/** The names in the archive. A name that is none of them is refused, so nothing can be written beside where it belongs. */
export const MANIFEST_NAME = 'manifest.json';
export const README_NAME = 'README.txt';
export const CONFIG_NAME = 'config.yaml';
export const JOURNAL_NAME = 'journal.db';
export const KEY_NAME = /^keys\/\d{1,4}-[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/;

/** Bytes at most of what is small. */
export const MOST_SMALL_BYTES = 1024 * 1024;
/** Entries at most: the manifest, which names each of them, stays small. */
export const MOST_ENTRIES = 1024;
/** Files at most that a configuration names: beside them are the manifest, the text, the configuration and the journal. */
export const MOST_KEYS = MOST_ENTRIES - 4;

const VERSION = 1;

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const text = v.pipe(v.string(), v.maxLength(500));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entry = {bytes, sha256};

const manifestSchema = v.object({
  format: v.literal('aos-backup'),
  version: v.literal(VERSION),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  /** Unix ms. */
  createdAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  aos: text,
  nodeId: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/)),
  network: text,
  outerUrl: v.nullable(text),
  config: v.object(entry),
  journal: v.object({
    ...entry,
    jobs: v.object(v.entriesFromList(JOB_STATES, count)),
  }),
  /** `field`: the key of the configuration that names the file. */
  keys: v.pipe(
    v.array(v.object({...entry, name: v.pipe(v.string(), v.regex(KEY_NAME)), field: text})),
    v.maxLength(MOST_KEYS),
  ),
});

/** What a backup says of itself, as its first entry. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** The version of the format that is written. */
export const FORMAT = {format: 'aos-backup', version: VERSION} as const;

/** @throws AosError BACKUP_INVALID */
export function readManifest(json: string): Manifest {
  const parsed = v.safeParse(manifestSchema, parsedJson(json));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new AosError(
    'BACKUP_INVALID',
    `its manifest is not one of aos: ${v.getDotPath(issue) ?? 'it'} is not what it should be`,
  );
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null; // the schema refuses it
  }
}

/** For a person who opens the backup without aos. */
export function readmeText({nodeId, network}: Pick<Manifest, 'nodeId' | 'network'>): string {
  return `Backup of an AOS operator node: ${nodeId} on ${network}.

  age -d FILE.age | tar x        opens it without aos; "aos backup restore FILE.age --to DIR" puts it in place.

config.yaml   the configuration, as it was; its paths are those of the old machine
keys/         the files that it names (manifest.json says which key names which); keep them at mode 0600
journal.db    the jobs, their answers and the tombstones: put it into store.dir, alone (without -wal, -shm, -mark)

Receipts of older jobs (the evidence directory) are not in it, nor are files of zkml models that are larger than 1 MiB: copy them by themselves.

Switch the old operator off for good before this one starts. A journal out of a backup knows that it is a copy: "aos run" asks that the old host
is off, does not deliver what was open in it, and looks each new job up at the dispatcher before it answers.
`;
}
