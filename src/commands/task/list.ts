import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/base-command.ts';
import {taskFilters} from '../../lib/edge/task-flag.ts';
import {openTasks} from '../../lib/edge/task-journal.ts';
import {EXIT} from '../../lib/error-table.ts';
import {taskCsv, taskTable} from '../../lib/output/task-list.ts';
import {systemTime} from '../../lib/system-time.ts';
import {taskQuery} from '../../lib/task/query.ts';
import {taskRowJson} from '../../lib/task/row.ts';

/** Columns of what is no terminal: a row is one line. */
const UNLIMITED = 10_000;

export default class TaskList extends AosCommand {
  static override summary = 'List the jobs of the journal, the newest first.';
  static override description =
    'The journal is only read, whether the operator runs or not. A job goes through received, selected (where a worker is needed), concluded, signed and accepted; expired was never accepted within the retention. JOB is shortened; `aos task show` takes its beginning, or the number.';
  static override examples = [
    '<%= config.bin %> task list',
    {description: 'What failed today', command: '<%= config.bin %> task list --state failed --since 24h'},
    {
      description: 'Ids of what waits for acceptance',
      command: "<%= config.bin %> task list --state concluded,signed --json | jq -r '.result.tasks[].job_id'",
    },
  ];
  static override flags = {
    ...configFlag,
    ...taskFilters,
    limit: Flags.integer({summary: 'How many.', default: 20, min: 1, max: 100_000, helpValue: 'N'}),
    full: Flags.boolean({summary: 'Show whole job ids.'}),
    csv: Flags.boolean({summary: 'Print the rows as CSV.', exclusive: ['json']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(TaskList);
    const now = systemTime.now();
    const query = taskQuery(flags, now);
    const {journal, config} = openTasks(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const tasks = journal.list(query).map(taskRowJson);
      const total = journal.count(query);
      const width = this.look.width ?? UNLIMITED;
      this.give({
        schema: 'task-list',
        exitCode: EXIT.ok,
        result: {total, tasks},
        text: flags.csv ? taskCsv(tasks) : taskTable(tasks, {total, width, now, full: flags.full}),
        network: config.network,
        ...(config.nodeId === null ? {} : {nodeId: config.nodeId}),
      });
    } finally {
      journal.close();
    }
  }
}
