import {once} from 'node:events';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {JOB_EXPORT_HEAD, jobExportText} from './export.ts';
import {openPrivateOutput, refuseOutput} from '../../cli/private-output.ts';
import type {OpenedJobs} from './journal.ts';
import type {JobQuery} from '../../node/journal/job-query-types.ts';

export type ExportOptions = {
  query: JobQuery;
  format: 'ndjson' | 'csv';
  signal: AbortSignal;
};

export type ExportReport = {path: string; jobs: number; bytes: number};

/** Lines to standard output, no faster than its reader takes them. @throws AosError JOURNAL_*, or the signal's reason */
export async function exportToStdout(opened: OpenedJobs, options: ExportOptions): Promise<number> {
  const {stdout} = process;
  const {controller: gone, unlink} = linkedAbort(options.signal);
  stdout.once('error', () => gone.abort());
  let jobs = 0;
  try {
    for (const line of linesOf(opened, options)) {
      options.signal.throwIfAborted();
      if (gone.signal.aborted) break;
      if (line.isJob) jobs += 1;
      if (stdout.write(`${line.text}\n`)) continue;
      await once(stdout, 'drain', {signal: gone.signal}).catch(() => undefined); // the conditions above say why
    }
  } finally {
    unlink();
  }
  return jobs;
}

/**
 * Into a file of mode 0600 that is there whole or not at all.
 * @throws AosError OUT_EXISTS | OUT_WRITE_FAILED | JOURNAL_*, or the signal's reason
 */
export async function exportToFile(
  opened: OpenedJobs,
  options: ExportOptions,
  {path, force}: {path: string; force: boolean},
): Promise<ExportReport> {
  refuseOutput(path, force);
  const output = openPrivateOutput(path, {force});
  try {
    let [jobs, bytes, lines] = [0, 0, 0];
    for (const line of linesOf(opened, options)) {
      const text = `${line.text}\n`;
      output.write(text);
      bytes += Buffer.byteLength(text);
      if (line.isJob) jobs += 1;
      lines += 1;
      // Signals are heard between turns of the event loop only.
      if (lines % 200 === 0) await systemTime.sleep(0);
      options.signal.throwIfAborted();
    }
    output.commit();
    return {path: output.path, jobs, bytes};
  } finally {
    output.abort();
  }
}

function* linesOf(
  {journal}: OpenedJobs,
  {query, format}: ExportOptions,
): Generator<{text: string; isJob: boolean}> {
  if (format === 'csv') yield {text: JOB_EXPORT_HEAD, isJob: false};
  for (const record of journal.records(query)) yield {text: jobExportText(record, format), isJob: true};
}
