import {csvLine} from '../output/csv.ts';
import {cell, TASK_CSV_HEAD} from '../output/task-list.ts';
import {jsonLine} from '../output/safe-text.ts';
import {taskRowJson} from './row.ts';
import {taskStory} from './story.ts';
import type {TaskRecord} from './task.ts';

/** One job as a line of the export: what a table can hold. */
export type TaskLine = ReturnType<typeof taskLine>;

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
] as const satisfies readonly (keyof TaskLine)[];

export const TASK_EXPORT_HEAD = csvLine([...TASK_CSV_HEAD, ...MORE, 'job_clock', 'answer_clock']);

export function taskExportText(task: TaskRecord, format: 'ndjson' | 'csv'): string {
  const line = taskLine(task);
  if (format === 'ndjson') return jsonLine(line);
  const clocks = [line.job_clock, line.answer_clock].map((clock) =>
    clock === null ? '' : JSON.stringify(clock),
  );
  return csvLine([...[...TASK_CSV_HEAD, ...MORE].map((name) => cell(line[name])), ...clocks]);
}

/** `seq` is the job's number in the journal, `at` when it came. */
function taskLine(task: TaskRecord) {
  // None of these is needed for what is taken out of the story.
  const facts = {nodeId: null, dispatcher: null, lastRange: null, precision: null, now: task.receivedAt};
  const {answer, delivery, sampling, dispatch, questions, user, prompt} = taskStory(task, facts);
  const {seq, ...row} = taskRowJson(task);
  return {
    type: 'task' as const,
    seq,
    at: row.received_at,
    ...row,
    user,
    prompt,
    result: answer?.result ?? null,
    reason: answer?.reason ?? null,
    attempts: questions.length,
    vrf_random_value: sampling?.vrf_random_value ?? null,
    vrf_proof: sampling?.vrf_proof ?? null,
    job_clock: dispatch.clock,
    answer_clock: answer?.clock ?? null,
    envelope_id: delivery?.envelope_id ?? null,
    signature: delivery?.signature ?? null,
  };
}
