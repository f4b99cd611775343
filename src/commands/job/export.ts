import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {listenForSignals, interrupted} from '../../lib/cli/signals.ts';
import {pathFlag} from '../../lib/cli/flags.ts';
import {exportToFile, exportToStdout} from '../../lib/features/job/export-file.ts';
import {jobFilters} from '../../lib/features/job/flags.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {jobQuery} from '../../lib/features/job/query.ts';

export default class JobExport extends AosCommand {
  static override hiddenAliases = ['task:export'];
  static override summary = 'Export jobs as NDJSON or CSV, oldest first.';
  static override description =
    'One line a job, with prompt, result, VRF, clocks and signature. To standard output, or into a file of mode 0600 that is there whole or not at all; with --out the answer of --json is about the file. In CSV, characters that a terminal or a table would obey are written as escapes; NDJSON has every text as it came. The journal is only read, whether the operator runs or not.';
  static override examples = [
    '<%= config.bin %> job export --since 30d > jobs.ndjson',
    {description: 'For a spreadsheet', command: '<%= config.bin %> job export --csv --out jobs.csv'},
  ];
  static override flags = {
    ...configFlag,
    ...jobFilters,
    limit: Flags.integer({summary: 'Newest N jobs (default: all).', min: 1, helpValue: 'N'}),
    csv: Flags.boolean({summary: 'CSV instead of NDJSON.'}),
    out: pathFlag({summary: 'File to write.'}),
    force: Flags.boolean({summary: 'Replace the file.', dependsOn: ['out']}),
  };
  #streams = true;

  protected override streamsJson(): boolean {
    return this.#streams;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(JobExport);
    this.#streams = flags.out === undefined;
    const query = jobQuery(flags, systemTime.now());
    const opened = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    const signals = listenForSignals('stop');
    const options = {query, format: flags.csv ? ('csv' as const) : ('ndjson' as const), signal: signals.stop};
    try {
      if (flags.out === undefined) {
        await exportToStdout(opened, options);
        return;
      }
      const written = await exportToFile(opened, options, {path: flags.out, force: flags.force});
      this.give({
        schema: 'job-export',
        exitCode: EXIT.ok,
        result: written,
        text: `${written.path}: ${written.jobs} jobs, ${written.bytes} bytes`,
        network: opened.config.network,
      });
    } catch (error) {
      if (!signals.stop.aborted) throw error;
      throw interrupted(signals.stop.reason);
    } finally {
      signals.dispose();
      opened.journal.close();
    }
  }
}
