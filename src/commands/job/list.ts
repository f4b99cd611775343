import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {jobFilters} from '../../lib/features/job/flags.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {jobCsv, jobTable} from '../../lib/features/job/list-text.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {jobQuery} from '../../lib/features/job/query.ts';
import {jobRowJson} from '../../lib/features/job/row.ts';

/** Columns of what is no terminal: a row is one line. */
const UNLIMITED = 10_000;

export default class JobList extends AosCommand {
  static override hiddenAliases = ['task:list'];
  static override summary = 'List jobs, newest first.';
  static override description =
    'Reads the journal only; the operator may run meanwhile. A job goes through received, selected (where a worker is needed), concluded, signed and accepted; unanswered had no answer from a worker in time, expired was not accepted within the retention. JOB is shortened; `aos job show` takes a prefix of the id, or the number.';
  static override examples = [
    '<%= config.bin %> job list',
    {description: 'Jobs that failed today', command: '<%= config.bin %> job list --state failed --since 24h'},
    {
      description: 'Ids of jobs that wait for acceptance',
      command: "<%= config.bin %> job list --state concluded,signed --json | jq -r '.result.jobs[].jobId'",
    },
  ];
  static override flags = {
    ...configFlag,
    ...jobFilters,
    limit: Flags.integer({summary: 'Number of jobs.', default: 20, min: 1, max: 100_000, helpValue: 'N'}),
    full: Flags.boolean({summary: 'Show full job ids.'}),
    csv: Flags.boolean({summary: 'Print the rows as CSV.', exclusive: ['json']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(JobList);
    const now = systemTime.now();
    const query = jobQuery(flags, now);
    const {journal, config} = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const jobs = journal.list(query).map(jobRowJson);
      const total = journal.count(query);
      const width = this.style.width ?? UNLIMITED;
      this.give({
        schema: 'job-list',
        exitCode: EXIT.ok,
        result: {total, jobs},
        text: flags.csv ? jobCsv(jobs) : jobTable(jobs, {total, width, now, full: flags.full}),
        network: config.network,
        ...(config.nodeId === null ? {} : {nodeId: config.nodeId}),
      });
    } finally {
      journal.close();
    }
  }
}
