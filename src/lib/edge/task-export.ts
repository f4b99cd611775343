import {once} from 'node:events';
import {systemTime} from '../system-time.ts';
import {TASK_EXPORT_HEAD, taskExportText} from '../task/export.ts';
import type {TaskQuery} from '../task/query.ts';
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
  if (format === 'csv') yield {text: TASK_EXPORT_HEAD, isTask: false};
  for (const task of journal.records(query)) yield {text: taskExportText(task, format), isTask: true};
}
