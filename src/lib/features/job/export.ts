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
  'vrfRandomValue',
  'vrfProof',
  'envelopeId',
  'signature',
  'attestation',
] as const satisfies readonly (keyof JobLine)[];

export const JOB_EXPORT_HEAD = csvLine([...JOB_CSV_HEAD, ...MORE, 'jobClock', 'answerClock']);

export function jobExportText(record: JobDetailRecord, format: 'ndjson' | 'csv'): string {
  const line = jobLine(record);
  if (format === 'ndjson') return jsonLine(line);
  const clocks = [line.jobClock, line.answerClock].map((clock) =>
    clock === null ? '' : JSON.stringify(clock),
  );
  return csvLine([...[...JOB_CSV_HEAD, ...MORE].map((name) => cell(line[name])), ...clocks]);
}

/** `seq` is the job's number in the journal, `at` when it came. */
function jobLine(record: JobDetailRecord) {
  // What an export takes from the detail needs none of these.
  const facts = {
    nodeId: null,
    dispatcher: null,
    formerDispatchers: [],
    lastRange: null,
    precision: null,
    now: record.receivedAt,
  };
  const {answer, delivery, sampling, dispatch, requests, user, prompt} = jobDetail(record, facts);
  const {seq, ...row} = jobRowJson(record);
  return {
    type: 'job' as const,
    seq,
    at: row.receivedAt,
    ...row,
    user,
    prompt,
    result: answer?.result ?? null,
    reason: answer?.reason ?? null,
    attempts: record.packed?.attempts ?? requests.length,
    vrfRandomValue: sampling?.vrfRandomValue ?? null,
    vrfProof: sampling?.vrfProof ?? null,
    jobClock: dispatch.clock,
    answerClock: answer?.clock ?? null,
    envelopeId: delivery?.envelopeId ?? null,
    signature: delivery?.signature ?? null,
    // An answer that came late is not that of the last request.
    attestation: requests.findLast((request) => request.answer !== null)?.attestation ?? null,
  };
}
