import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {showJob} from '../../lib/features/job/show.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {jobDetailText} from '../../lib/features/job/detail-text.ts';

const NO_TERMINAL = 100;

export default class JobShow extends AosCommand {
  static override hiddenAliases = ['task:show'];
  static override summary = 'Show everything about one job.';
  static override description =
    'The sender and whether its signature is valid, the VRF and the sampling, each request to a worker and its answer, the one answer that is sent with its signature verified again, acceptance, clock readings, and how long each step took. Reads the journal only.';
  static override examples = [
    '<%= config.bin %> job show 4a16467f',
    {description: 'By its number in the list', command: "<%= config.bin %> job show '#12'"},
    {
      description: 'The answer alone',
      command: '<%= config.bin %> job show 4a16467f --json | jq -r .result.answer.result',
    },
  ];
  static override args = {
    id: Args.string({description: 'Job id, a prefix of one, or #NUMBER.', required: true}),
  };
  static override flags = {
    ...configFlag,
    tag: Flags.string({summary: 'Of several jobs with this id, the one with this tag.', helpValue: 'TAG'}),
    position: Flags.string({summary: 'And this position.', helpValue: 'POSITION'}),
    full: Flags.boolean({summary: 'Show prompts, answers and hashes whole.'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobShow);
    const {tag, position, full} = flags;
    const opened = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const detail = showJob(opened, {id: args.id, tag, position});
      const {network, nodeId} = opened.config;
      this.give({
        schema: 'job-show',
        exitCode: EXIT.ok,
        result: detail,
        text: jobDetailText(detail, {width: this.style.width ?? NO_TERMINAL, full}),
        network,
        ...(nodeId === null ? {} : {nodeId}),
      });
    } finally {
      opened.journal.close();
    }
  }
}
