import {availableParallelism} from 'node:os';
import type {UsableConfig} from '../../config/usable.ts';
import type {JobReader} from '../../node/journal/job-query.ts';
import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {CheckBatch} from '../../node/receipts/check-batch.ts';
import {createCheckPool, receiptThreadUrl, type CheckPool} from '../../node/receipts/check-pool.ts';
import {evidenceOf, type EvidenceFacts} from '../../node/receipts/job-evidence.ts';
import {createCheck} from '../../protocol/receipt/check.ts';
import type {KindChecks} from '../../protocol/receipt/kind-check.ts';
import type {Link} from '../../protocol/receipt/links.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {jobReport, MOST_SHOWN, type JobReport, type JobsReport} from './job-report.ts';
import {linksOf} from './kind-checks.ts';

/** Threads that check. */
const THREADS = 2;
/** Jobs and readings handed over at once. */
const JOBS_AT_ONCE = 16;
const READINGS_AT_ONCE = 2_000;

/** The journal, and what is known beside it. */
export type VerifyJobs = {
  journal: JobReader;
  facts: EvidenceFacts;
  config: Pick<UsableConfig, 'dispatcherAddress'>;
  checks: KindChecks;
  signal: AbortSignal;
};

/** Checks one job again. @throws the signal's reason */
export async function verifyOne(of: VerifyJobs, record: JobDetailRecord): Promise<JobsReport> {
  const check = createCheck(await loadVrf());
  const {evidence, parties} = taskOf(of, record, of.journal);
  const report = jobReport(record, await linksOf(check(evidence, parties), of.checks, of.signal));
  const chain = report.links.find(({link}) => link === 'chain');
  return {
    overall: report.overall,
    checked: 1,
    valid: report.overall === 'valid' ? 1 : 0,
    incomplete: report.overall === 'incomplete' ? 1 : 0,
    broken: report.overall === 'broken' ? 1 : 0,
    chain: {
      readings: evidence.readings.length,
      verdict: chain?.verdict ?? 'not_here',
      why: chain?.why ?? null,
    },
    jobs: [report],
  };
}

/**
 * Checks all jobs of the journal again, and the chain of clock readings from the first to the last: on threads, a few at a time,
 * beside an operator that works. @throws the signal's reason
 */
export async function verifyAll(of: VerifyJobs): Promise<JobsReport> {
  const inline = createCheck(await loadVrf());
  const threads = Math.min(THREADS, availableParallelism());
  const pool = createCheckPool({threadUrl: receiptThreadUrl(), threads, inline});
  try {
    const chain = await checkReadings(of, pool);
    const counts = {valid: 0, incomplete: 0, broken: 0};
    const jobs: JobReport[] = [];
    let checked = 0;
    const done: Promise<void>[] = [];
    const take = async (records: readonly JobDetailRecord[]): Promise<void> => {
      const batch: CheckBatch = {jobs: records.map((record) => taskOf(of, record, null)), readings: []};
      const answers = (await pool.check(batch)).jobs;
      for (const [index, answer] of answers.entries()) {
        const record = records[index];
        if (record === undefined) continue;
        const report = jobReport(record, await linksOf(answer, of.checks, of.signal));
        checked += 1;
        counts[report.overall] += 1;
        if (report.overall === 'broken') jobs.push(report);
      }
    };
    for (const records of chunksOf(allRecords(of.journal), JOBS_AT_ONCE)) {
      of.signal.throwIfAborted();
      await pool.room();
      const taken = take(records);
      taken.catch(() => undefined); // it is thrown below, when all are done
      done.push(taken);
    }
    await Promise.all(done);
    const isBroken = counts.broken > 0 || chain.verdict === 'broken';
    return {
      overall: isBroken ? 'broken' : counts.incomplete > 0 ? 'incomplete' : 'valid',
      checked,
      ...counts,
      chain,
      jobs: jobs.sort((a, b) => a.seq - b.seq).slice(0, MOST_SHOWN),
    };
  } finally {
    await pool.close();
  }
}

/** The parties as the journal's own node knows them; the range is the one that the job was sampled with. */
function taskOf(
  {facts, config}: VerifyJobs,
  record: JobDetailRecord,
  journal: JobReader | null,
): CheckBatch['jobs'][number] {
  const evidence = evidenceOf(record, journal, facts);
  return {
    evidence,
    parties: {
      operator: facts.nodeId,
      dispatcher: config.dispatcherAddress,
      range: evidence.range,
      precision: facts.precision,
    },
  };
}

function allRecords(journal: JobReader): Iterable<JobDetailRecord> {
  return journal.records({states: [], outcomes: [], kinds: [], tags: [], since: null, limit: null});
}

function* chunksOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Each page begins with the last reading of the one before, so that no link between two is left out. */
async function checkReadings({journal, signal}: VerifyJobs, pool: CheckPool): Promise<JobsReport['chain']> {
  const pages: Promise<Link | null>[] = [];
  let readings = 0;
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const page = journal.readingsAfter(after, READINGS_AT_ONCE);
    const last = page.at(-1);
    if (last === undefined || (after > 0 && page.length === 1)) {
      if (readings === 0) readings = page.length;
      break;
    }
    readings += after === 0 ? page.length : page.length - 1;
    await pool.room();
    pages.push(pool.check({jobs: [], readings: page}).then(({chain}) => chain));
    after = last.n - 1;
  }
  const links = await Promise.all(pages);
  const broken = links.find((link) => link?.verdict === 'broken');
  if (broken !== undefined && broken !== null) return {readings, verdict: 'broken', why: broken.why};
  return {readings, verdict: readings === 0 ? 'not_here' : 'valid', why: null};
}
