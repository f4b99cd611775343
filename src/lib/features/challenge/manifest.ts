import {isAboutJob, type Reading} from '../../protocol/clock/readings.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import {
  jobEvidence,
  readingLines,
  sha256,
  type EvidenceFile,
  type JobEntry,
  type JobFacts,
} from './job-files.ts';
import {SELECTION} from './select.ts';

/** The subject of a bundle. */
export type EvidenceFor = {
  clockNumber: bigint;
  nodeId: string;
  network: string;
  /** RFC 3339. */
  gatheredAt: string;
  /** The challenges with that clock number as JSON values; null with --offline. */
  challenges: readonly object[] | null;
};

/** The facts of the journal for a clock number; `ownReadings` have it as the own counter of this node. */
export type Holdings = {jobs: readonly JobFacts[]; ownReadings: readonly Reading[]};

/** A file in the manifest; `sha256` is lower-case hex of its bytes. */
export type ManifestFile = {name: string; bytes: number; sha256: string; what: string};

/** The evidence for a clock number. */
export type Bundle = {
  /** All files, the manifest last. */
  files: readonly EvidenceFile[];
  manifest: readonly ManifestFile[];
  /** SHA-256 of manifest.json. */
  manifestSha256: string;
  jobs: readonly JobEntry[];
  /** The parts of docs/protocol.md#evidence-of-a-job that the journal does not have, in words. */
  missing: readonly string[];
};

export const MANIFEST = 'manifest.json';
const CHALLENGES = 'challenges.json';
const OWN_READINGS = 'clock-readings.ndjson';

/** The names of files in a bundle; aos replaces no other file. */
export const OWN_NAMES =
  /^(?:manifest\.json|challenges\.json|clock-readings\.ndjson|frame-[0-9a-f]{32}\.json|job-\d+-(?:vrf\.json|answer\.json|(?:opml|tee|zkml)-\d+\.json|readings\.ndjson))$/;

/** Builds the evidence for a clock number, with a manifest that lists each file with its hash. */
export function bundleOf(about: EvidenceFor, {jobs, ownReadings}: Holdings): Bundle {
  const parts = jobs.map(jobEvidence);
  const gone = ownReadings.filter(
    (reading) => isAboutJob(reading) && !jobs.some(({job}) => job.key.jobId === reading.ref),
  );
  const missing = [
    ...parts.flatMap((part) => part.missing),
    ...(jobs.length === 0 ? ['no job of this clock number is in the journal'] : []),
    ...gone.map(({n}) => `clock reading ${n} is about a job that is not in the journal any more`),
  ];
  const challenges: EvidenceFile[] =
    about.challenges === null
      ? []
      : [
          {
            name: CHALLENGES,
            what: 'the challenges, from the chain',
            text: `${jsonLine(about.challenges, 2)}\n`,
          },
        ];
  const clock: EvidenceFile[] =
    ownReadings.length === 0
      ? []
      : [
          {
            name: OWN_READINGS,
            what: 'readings with the number as this node’s own counter',
            text: readingLines(ownReadings),
          },
        ];
  // Jobs of one frame share its file.
  const named = new Map(
    [...challenges, ...clock, ...parts.flatMap(({files}) => files)].map((file) => [file.name, file]),
  );
  const files = [...named.values()];
  const listed = files.map(({name, what, text}): ManifestFile => ({
    name,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
    what,
  }));
  const entries = parts.map(({entry}) => entry);
  const {clockNumber, nodeId, network, gatheredAt} = about;
  const manifest = {
    schema: 'aos.evidence/1',
    clockNumber: clockNumber.toString(),
    nodeId,
    network,
    gatheredAt,
    selection: SELECTION,
    jobs: entries.map(jobJson),
    missing,
    files: listed,
  };
  const text = `${jsonLine(manifest, 2)}\n`;
  return {
    files: [...files, {name: MANIFEST, what: 'this list', text}],
    manifest: listed,
    manifestSha256: sha256(text),
    jobs: entries,
    missing,
  };
}

/** Returns a job's entry for the manifest and `--json`. */
export function jobJson(entry: JobEntry) {
  const {seq, jobId, tag, position, matches, state, outcome, dispatcher, selected, stateRoot, engine} = entry;
  const readings =
    entry.readings === null
      ? null
      : {
          first: entry.readings.first,
          last: entry.readings.last,
          chainValid: entry.readings.chainValid,
        };
  return {
    seq,
    jobId,
    tag,
    position,
    matches,
    state,
    outcome,
    dispatcher,
    selected,
    stateRoot,
    engine,
    readings,
    files: entry.files,
  };
}
