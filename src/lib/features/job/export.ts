import {csvLine} from '../../foundation/text/csv.ts';
import {cell, JOB_CSV_HEAD} from './list-text.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import {jobRowJson} from './row.ts';
import {jobDetail} from './detail.ts';
import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';

/** One job as a line of the export: what a table can hold. */
export type JobLine = ReturnType<typeof jobLine>;

const MORE = [
  'user',
  'prompt',
  'result',
  'reason',
  'attempts',
  'vrf_random_value',
  'vrf_proof',
  'envelope_id',
  'signature',
] as const satisfies readonly (keyof JobLine)[];

export const JOB_EXPORT_HEAD = csvLine([...JOB_CSV_HEAD, ...MORE, 'job_clock', 'answer_clock']);

export function jobExportText(record: JobDetailRecord, format: 'ndjson' | 'csv'): string {
  const line = jobLine(record);
  if (format === 'ndjson') return jsonLine(line);
  const clocks = [line.job_clock, line.answer_clock].map((clock) =>
    clock === null ? '' : JSON.stringify(clock),
  );
  return csvLine([...[...JOB_CSV_HEAD, ...MORE].map((name) => cell(line[name])), ...clocks]);
}

/** `seq` is the job's number in the journal, `at` when it came. */
function jobLine(record: JobDetailRecord) {
  // None of these is needed for what is taken out of the story.
  const facts = {nodeId: null, dispatcher: null, lastRange: null, precision: null, now: record.receivedAt};
  const {answer, delivery, sampling, dispatch, requests, user, prompt} = jobDetail(record, facts);
  const {seq, ...row} = jobRowJson(record);
  return {
    type: 'job' as const,
    seq,
    at: row.received_at,
    ...row,
    user,
    prompt,
    result: answer?.result ?? null,
    reason: answer?.reason ?? null,
    attempts: requests.length,
    vrf_random_value: sampling?.vrf_random_value ?? null,
    vrf_proof: sampling?.vrf_proof ?? null,
    job_clock: dispatch.clock,
    answer_clock: answer?.clock ?? null,
    envelope_id: delivery?.envelope_id ?? null,
    signature: delivery?.signature ?? null,
  };
}
