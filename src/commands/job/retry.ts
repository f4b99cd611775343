import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {retryJobs, retryText} from '../../lib/features/job/retry.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {run} from '../../lib/foundation/next-step/next-step.ts';

export default class JobRetry extends AosCommand {
  static override summary = 'Ask a worker again about jobs without an answer.';
  static override description =
    'For jobs that are unanswered, or that are selected and not asked about any more: their attempts and their deadline begin anew. While the operator runs it asks at once; else the journal is marked, and it asks when it starts. A job that has its answer keeps it.';
  static override examples = [
    '<%= config.bin %> job retry 4a16467f',
    {description: 'All that no worker answered', command: '<%= config.bin %> job retry --state unanswered'},
  ];
  static override args = {
    id: Args.string({description: 'Job id, a prefix of one, or #NUMBER.', required: false}),
  };
  static override flags = {
    ...configFlag,
    state: Flags.string({summary: 'All jobs in this state.', options: ['unanswered']}),
    tag: Flags.string({summary: 'Of several jobs with this id, the one with this tag.', helpValue: 'TAG'}),
    position: Flags.string({summary: 'And this position.', helpValue: 'POSITION'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobRetry);
    const {tag, position} = flags;
    if ((args.id === undefined) === (flags.state === undefined))
      throw new AosError('USAGE', 'name one job, or --state unanswered', {
        next: run('job list', ['--state', 'unanswered']),
      });
    const opened = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const result = await retryJobs(opened, args.id === undefined ? null : {id: args.id, tag, position});
      const {network, nodeId} = opened.config;
      this.give({
        schema: 'job-retry',
        exitCode: EXIT.ok,
        result,
        text: retryText(result),
        network,
        ...(nodeId === null ? {} : {nodeId}),
      });
    } finally {
      opened.journal.close();
    }
  }
}
