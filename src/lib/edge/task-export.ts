import {once} from 'node:events';
import type {TaskQuery} from '../task/query.ts';
import {taskRowJson, type TaskRowJson} from '../task/row.ts';
import {taskStory} from '../task/story.ts';
import type {TaskRecord} from '../task/task.ts';
import {cell, TASK_CSV_HEAD} from '../output/task-list.ts';
import {csvLine} from '../output/csv.ts';
import {jsonLine} from '../output/safe-text.ts';
import {systemTime} from '../system-time.ts';
import {openPrivateOutput, refuseOutput} from './private-output.ts';
import type {OpenedTasks} from './task-journal.ts';

export type ExportOptions = {
  query: TaskQuery;
  format: 'ndjson' | 'csv';
  signal: AbortSignal;
};

export type ExportReport = {path: string; tasks: number; bytes: number};

/** Lines to standard output, no faster than its reader takes them. @throws AosError JOURNAL_*, or the signal's reason */
export async function exportToStdout(opened: OpenedTasks, options: ExportOptions): Promise<number> {
  const {stdout} = process;
  const gone = new AbortController();
  stdout.once('error', () => gone.abort());
  let tasks = 0;
  for (const line of linesOf(opened, options)) {
    options.signal.throwIfAborted();
    if (gone.signal.aborted) break;
    if (line.isTask) tasks += 1;
    if (stdout.write(`${line.text}\n`)) continue;
    const either = AbortSignal.any([options.signal, gone.signal]);
    await once(stdout, 'drain', {signal: either}).catch(() => undefined); // the loop's conditions tell why
  }
  return tasks;
}

/**
 * Into a file of mode 0600 that is there whole or not at all.
 * @throws AosError OUT_EXISTS | OUT_WRITE_FAILED | JOURNAL_*, or the signal's reason
 */
export async function exportToFile(
  opened: OpenedTasks,
  options: ExportOptions,
  {path, force}: {path: string; force: boolean},
): Promise<ExportReport> {
  refuseOutput(path, force);
  const output = openPrivateOutput(path, {force});
  try {
    let [tasks, bytes, lines] = [0, 0, 0];
    for (const line of linesOf(opened, options)) {
      const text = `${line.text}\n`;
      output.write(text);
      bytes += Buffer.byteLength(text);
      if (line.isTask) tasks += 1;
      lines += 1;
      // Signals are heard between turns of the event loop only.
      if (lines % 200 === 0) await systemTime.sleep(0);
      options.signal.throwIfAborted();
    }
    output.commit();
    return {path: output.path, tasks, bytes};
  } finally {
    output.abort();
  }
}

function* linesOf(
  {journal}: OpenedTasks,
  {query, format}: ExportOptions,
): Generator<{text: string; isTask: boolean}> {
  if (format === 'csv') yield {text: csvLine([...TASK_CSV_HEAD, ...MORE_COLUMNS]), isTask: false};
  for (const task of journal.records(query)) {
    const line = exported(task);
    const text =
      format === 'csv'
        ? csvLine([...TASK_CSV_HEAD, ...MORE_COLUMNS].map((name) => cell(line[name])))
        : jsonLine(line);
    yield {text, isTask: true};
  }
}

const MORE_COLUMNS = [
  'user',
  'prompt',
  'result',
  'reason',
  'attempts',
  'vrf_random_value',
  'vrf_proof',
  'job_clock',
  'answer_clock',
  'envelope_id',
  'signature',
] as const;

type ExportLine = TaskRowJson & Record<(typeof MORE_COLUMNS)[number], string | number | null>;

/** One job, flat: what a table can hold. */
function exported(task: TaskRecord): ExportLine {
  // Neither is needed for what is taken out of it.
  const facts = {nodeId: null, dispatcher: null, range: null, precision: null, now: task.receivedAt};
  const story = taskStory(task, facts);
  const {answer, delivery, sampling, dispatch} = story;
  return {
    ...taskRowJson(task),
    user: story.user,
    prompt: story.prompt,
    result: answer?.result ?? null,
    reason: answer?.reason ?? null,
    attempts: story.questions.length,
    vrf_random_value: sampling?.vrf_random_value ?? null,
    vrf_proof: sampling?.vrf_proof ?? null,
    job_clock: dispatch.clock === null ? null : JSON.stringify(dispatch.clock),
    answer_clock: answer?.clock === undefined || answer.clock === null ? null : JSON.stringify(answer.clock),
    envelope_id: delivery?.envelope_id ?? null,
    signature: delivery?.signature ?? null,
  };
}
