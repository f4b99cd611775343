import type {Challenges} from '../../peers/chain/challenges.ts';
import type {Config} from '../../config/config.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {bundleOf, jobJson, type Bundle} from './manifest.ts';
import type {JobFacts} from './job-files.ts';
import {counterOf, selectJobs} from './select.ts';
import {openJournal, type NodeJournal} from '../../node/journal/sqlite.ts';
import {RANGE_NOTE} from '../../node/operator/range.ts';
import {challengeJson} from './text.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {refuseTaken, writeEvidence} from './evidence-dir.ts';
import {rangeOfText} from '../../protocol/vrf/range-text.ts';
import {type JobRecord} from '../../node/journal/records.ts';
import {JOB_STATES} from '../../node/events/job-states.ts';
import {run} from '../../foundation/next-step/next-step.ts';

export type EvidenceOptions = {
  clockNumber: bigint;
  /** The directory; null for `evidence-clock-N` in the working directory. */
  out: string | null;
  force: boolean;
  /** The challenges on chain; null with --offline. */
  book: Challenges | null;
  /** Unix ms. */
  now: number;
};

/** The gathered evidence; `directory` is null when there was none, with the reason in `why`. */
export type EvidenceReport =
  | {directory: null; clockNumber: bigint; why: string}
  | {directory: string; clockNumber: bigint; bundle: Bundle};

const CHUNK = 200;
const MAX_UINT256 = 2n ** 256n - 1n;

/** Reads the argument CLOCK. @throws AosError USAGE */
export function parseClockNumber(text: string): bigint {
  const value = /^\d{1,78}$/.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value <= MAX_UINT256) return value;
  throw new AosError('USAGE', 'CLOCK is not a clock number: a whole number, 0 or more', {
    next: run('challenge list', [], 'See the clock number of each challenge'),
  });
}

/**
 * Gathers the evidence of the journal for a clock number into a directory; does not change the journal.
 * @throws AosError EVIDENCE_* | JOURNAL_*
 */
export async function gatherEvidence(config: Config, options: EvidenceOptions): Promise<EvidenceReport> {
  const {clockNumber, book, force} = options;
  const nothing = (why: string): EvidenceReport => ({directory: null, clockNumber, why});
  const challenges = book?.challenges.filter((challenge) => challenge.clockNumber === clockNumber);
  if (book !== null && challenges?.length === 0) return nothing(noChallenge(book, clockNumber));
  const out = options.out ?? `evidence-clock-${clockNumber}`;
  refuseTaken(out, force);
  const journal = await openJournal({
    dir: config.store.dir,
    clockId: config.node.clockId ?? 1n,
    readOnly: true,
  });
  try {
    const counter = counterOf(clockNumber);
    if (counter === null) return nothing('no logical clock has that number: its counters end at 2^32-1');
    const ownReadings = journal.readings.standingAt(counter);
    const jobs = [...selectJobs(allJobs(journal), counter, ownReadings)].map(({job, matches}): JobFacts => ({
      job,
      matches,
      frame: frameOf(journal, job),
      requests: journal.requests(job.seq),
      readings: runOf(journal, job.key.jobId),
      range: rangeOfText(journal.recall(RANGE_NOTE)) ?? null,
    }));
    if (jobs.length === 0 && ownReadings.length === 0)
      return nothing('the journal has no job and no clock reading of that number');
    const about = {
      clockNumber,
      nodeId: config.node.id,
      network: config.network,
      gatheredAt: isoTime(options.now),
      challenges:
        book === null ? null : (challenges ?? []).map((challenge) => challengeJson(challenge, book)),
    };
    const bundle = bundleOf(about, {jobs, ownReadings});
    return {directory: writeEvidence(out, bundle.files, {force}), clockNumber, bundle};
  } finally {
    await journal.close();
  }
}

/** Returns the exit code: 0 complete, 4 gathered with missing parts, 3 without any evidence. */
export function evidenceExit(report: EvidenceReport): ExitCode {
  if (report.directory === null) return EXIT.negative;
  return report.bundle.missing.length === 0 ? EXIT.ok : EXIT.warnings;
}

/** Returns the `result` of `--json`. */
export function evidenceJson(report: EvidenceReport) {
  const clockNumber = report.clockNumber.toString();
  if (report.directory === null) return {clockNumber, directory: null, why: report.why};
  const {jobs, missing, manifest, manifestSha256} = report.bundle;
  return {
    clockNumber,
    directory: report.directory,
    manifestSha256,
    jobs: jobs.map(jobJson),
    missing,
    files: manifest,
  };
}

/** Formats the report for people. */
export function evidenceText(report: EvidenceReport): string {
  if (report.directory === null)
    return `Nothing was gathered for clock ${report.clockNumber}: ${report.why}.`;
  const {jobs, missing, manifest, manifestSha256} = report.bundle;
  return [
    `Evidence for clock ${report.clockNumber}: ${manifest.length} files in ${safeText(report.directory)}`,
    ...jobs.flatMap(({seq, jobId, matches, outcome, state}) => [
      `  job ${seq}  ${safeText(jobId, 80)}`,
      `    ${outcome ?? state}, by its ${matches.join(', ')}`,
    ]),
    ...missing.map((what) => `  missing  ${what}`),
    '  manifest.json, sha256:',
    `    ${manifestSha256}`,
  ].join('\n');
}

function noChallenge(book: Challenges, clockNumber: bigint): string {
  const meant = book.challenges.find(({index}) => BigInt(index) === clockNumber);
  const hint =
    meant === undefined
      ? ''
      : `; challenge ${meant.index} is about clock ${meant.clockNumber}: use that number`;
  return `no challenge up to block ${book.latestBlock} is about it${hint} (--offline gathers without asking the chain)`;
}

/** Yields the jobs in order of arrival; reads a few at a time, because each has its whole prompt. */
function* allJobs(journal: NodeJournal): Generator<JobRecord> {
  for (let after = 0; ;) {
    const jobs = journal.list({states: JOB_STATES, after, limit: CHUNK});
    yield* jobs;
    const last = jobs.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** The dispatcher's message; null for a packed job. */
function frameOf(journal: NodeJournal, {seq, element}: JobRecord): string | null {
  const frame = element === null ? null : journal.frameOf(seq);
  return frame === null ? null : Buffer.from(frame).toString();
}

/** Returns all readings from the first to the last about the job; those of other jobs between them complete the hash chain. */
function runOf(journal: NodeJournal, jobId: string): ReturnType<NodeJournal['readings']['of']> {
  const own = journal.readings.of(jobId);
  const [first] = own;
  const last = own.at(-1);
  return first === undefined || last === undefined ? [] : journal.readings.between(first.n, last.n);
}
