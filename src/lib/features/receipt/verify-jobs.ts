import {availableParallelism} from 'node:os';
import type {UsableConfig} from '../../config/usable.ts';
import {createUnderWay} from '../../foundation/async/under-way.ts';
import type {JobReader} from '../../node/journal/job-query.ts';
import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {CheckBatch} from '../../node/receipts/check-batch.ts';
import {createCheckPool, receiptThreadUrl, type CheckPool} from '../../node/receipts/check-pool.ts';
import {evidenceOf, type EvidenceFacts} from '../../node/evidence/job-evidence.ts';
import type {KeptReceipt, KeptReceipts} from '../../node/evidence/kept-receipts.ts';
import {createCheck, type Checked} from '../../protocol/receipt/check/check.ts';
import type {KindChecks} from '../../protocol/receipt/kind-check.ts';
import type {Link} from '../../protocol/receipt/links.ts';
import type {JobEvidence, Parties} from '../../protocol/receipt/receipt.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {keptOf, withFlaw} from './evidence.ts';
import {countStrangers, nextForJobs} from './next.ts';
import {countIncomplete, jobReport, MOST_SHOWN, type JobReport, type JobsReport} from './job-report.ts';
import {linksOf} from './kind-checks.ts';
import {withProofSaid} from './proof-said.ts';

/** Threads that check. */
const THREADS = 2;
/** Jobs and readings handed over at once. */
const JOBS_AT_ONCE = 16;
/** Characters of messages among them; a message may have 64 MiB. */
const TEXT_AT_ONCE = 4 * 1024 * 1024;
const READINGS_AT_ONCE = 2_000;
/** Most batches whose checks are not over: the proof of a job may take much longer than the rest of it. */
const MOST_BATCHES = 8;

/** The journal, and what is known beside it. */
export type VerifyJobs = {
  journal: JobReader;
  /** Of jobs that the journal has packed or forgotten. */
  receipts: KeptReceipts;
  facts: EvidenceFacts;
  config: Pick<UsableConfig, 'dispatcherAddress' | 'formerDispatchers'>;
  checks: KindChecks;
  signal: AbortSignal;
};

/** Checks one job again. @throws the signal's reason */
export async function verifyOne(of: VerifyJobs, record: JobDetailRecord): Promise<JobsReport> {
  const check = createCheck(await loadVrf());
  const {evidence, parties, flaw} = taskOf(of, record, of.journal);
  const checked = check(evidence, parties);
  const links = withProofSaid(await linksOf(checked, of.checks, of.signal), record);
  return oneReport(jobReport(record, withFlaw(links, flaw)), evidence.readings.length, checked);
}

/** Checks the kept receipt of a job that the journal has forgotten. @throws the signal's reason */
export async function verifyKept(of: VerifyJobs, jobId: string, {receipt}: KeptReceipt): Promise<JobsReport> {
  const check = createCheck(await loadVrf());
  const evidence = {...receipt, content: null};
  const checked = check(evidence, partiesOf(of, evidence));
  const links = await linksOf(checked, of.checks, of.signal);
  const {result, job} = checked.facts;
  const key = {jobId, tag: result?.tag ?? '', position: job?.position ?? ''};
  return oneReport(jobReport({seq: null, key, state: 'accepted'}, links), receipt.readings.length, checked);
}

function oneReport(report: JobReport, readings: number, {stranger}: Pick<Checked, 'stranger'>): JobsReport {
  const strangers = stranger === null ? [] : [{address: stranger, jobs: 1}];
  const missing = countIncomplete();
  missing.add(report);
  const chain = report.links.find(({link}) => link === 'chain');
  return {
    overall: report.overall,
    checked: 1,
    valid: report.overall === 'valid' ? 1 : 0,
    incomplete: report.overall === 'incomplete' ? 1 : 0,
    broken: report.overall === 'broken' ? 1 : 0,
    incompleteBy: missing.list(),
    chain: {
      readings,
      verdict: chain?.verdict ?? 'not_here',
      why: chain?.why ?? null,
    },
    jobs: [report],
    strangers,
    next: nextForJobs(strangers, report.seq === null ? report.jobId : `#${report.seq}`),
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
    const found: JobReport[] = [];
    const strangers = countStrangers();
    const missing = countIncomplete();
    let checked = 0;
    const batches = createUnderWay(MOST_BATCHES);
    const bytesOf = lastBytes();
    const take = async (records: readonly JobDetailRecord[]): Promise<void> => {
      const tasks = records.map((record) => taskOf(of, record, null, bytesOf));
      const jobs = tasks.map(({evidence, parties}) => ({evidence, parties}));
      const batch: CheckBatch = {jobs, readings: []};
      const answers = (await pool.check(batch)).jobs;
      for (const [index, answer] of answers.entries()) {
        const record = records[index];
        if (record === undefined) continue;
        const links = withProofSaid(await linksOf(answer, of.checks, of.signal), record);
        const report = jobReport(record, withFlaw(links, tasks[index]?.flaw ?? null));
        strangers.add(answer.stranger);
        missing.add(report);
        checked += 1;
        counts[report.overall] += 1;
        if (report.overall === 'broken') found.push(report);
        if (found.length > 2 * MOST_SHOWN) found.splice(0, Infinity, ...firstOf(found));
      }
    };
    for (const records of batchesOf(allRecords(of.journal))) {
      of.signal.throwIfAborted();
      await pool.room();
      await batches.begin(() => take(records));
    }
    await batches.end();
    const isBroken = counts.broken > 0 || chain.verdict === 'broken';
    return {
      overall: isBroken ? 'broken' : counts.incomplete > 0 ? 'incomplete' : 'valid',
      checked,
      ...counts,
      incompleteBy: missing.list(),
      chain,
      jobs: firstOf(found),
      strangers: strangers.list(),
      next: nextForJobs(strangers.list(), '--all'),
    };
  } finally {
    await pool.close();
  }
}

/** What there is of a job: in the journal, or, of one that is packed, in its kept receipt. */
function taskOf(
  of: VerifyJobs,
  record: JobDetailRecord,
  journal: JobReader | null,
  bytesOf?: (text: string) => Uint8Array,
): CheckBatch['jobs'][number] & {flaw: Link | null} {
  const {kept, flaw} = keptOf(of.receipts, record);
  const evidence =
    kept === null ? evidenceOf(record, journal, of.facts, bytesOf) : {...kept.receipt, content: null};
  return {evidence, parties: partiesOf(of, evidence), flaw};
}

/** The parties as the journal's own node knows them; the range is the one that the job was sampled with. */
function partiesOf({facts, config}: VerifyJobs, {range}: Pick<JobEvidence, 'range'>): Parties {
  return {
    operator: facts.nodeId,
    dispatcher: config.dispatcherAddress,
    formerDispatchers: config.formerDispatchers,
    ranges: range === null ? [] : [range],
    precision: range?.precision ?? facts.precision,
  };
}

function allRecords(journal: JobReader): Iterable<JobDetailRecord> {
  return journal.records({states: [], outcomes: [], kinds: [], tags: [], since: null, limit: null});
}

/** A few jobs at a time, and fewer where their messages are large. */
function* batchesOf(records: Iterable<JobDetailRecord>): Generator<JobDetailRecord[]> {
  let batch: JobDetailRecord[] = [];
  let length = 0;
  for (const record of records) {
    // The jobs of one message share it.
    if (record.frame !== batch.at(-1)?.frame) length += record.frame?.length ?? 0;
    batch.push(record);
    if (batch.length < JOBS_AT_ONCE && length < TEXT_AT_ONCE) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Gives the bytes of a text; of the same text as before the same bytes, which a thread then gets once. */
function lastBytes(): (text: string) => Uint8Array {
  let last: {text: string; bytes: Uint8Array} | null = null;
  return (text) => {
    if (last?.text !== text) last = {text, bytes: Buffer.from(text)};
    return last.bytes;
  };
}

function firstOf(found: JobReport[]): JobReport[] {
  return found.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).slice(0, MOST_SHOWN);
}

/** Each page begins with the last reading of the one before, so that no link between two is left out. */
async function checkReadings({journal, signal}: VerifyJobs, pool: CheckPool): Promise<JobsReport['chain']> {
  const pages = createUnderWay(MOST_BATCHES);
  /** The first page with a broken link; the threads answer in any order. */
  const broken: {page: number; why: Link['why']} = {page: Infinity, why: null};
  const look = async (list: CheckBatch['readings'], page: number): Promise<void> => {
    const {chain} = await pool.check({jobs: [], readings: list});
    if (chain?.verdict === 'broken' && page < broken.page) Object.assign(broken, {page, why: chain.why});
  };
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
    const from = after;
    await pages.begin(() => look(page, from));
    after = last.n - 1;
  }
  await pages.end();
  if (broken.page < Infinity) return {readings, verdict: 'broken', why: broken.why};
  return {readings, verdict: readings === 0 ? 'not_here' : 'valid', why: null};
}
