import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {heldText, releaseText} from '../../lib/features/job/release-text.ts';
import {releaseJob, releasingNode} from '../../lib/features/job/release.ts';

export default class JobRelease extends AosCommand {
  static override summary = 'Deliver an answer that a check holds.';
  static override description = `Shows what a check found, and what would be signed, and asks. While the operator runs it signs and delivers at once; else when it starts. A job that ended unanswered keeps its held answer as long as its retention lasts: the dispatcher takes it at any time.
Exit code 3 when declined, 64 when the job has no held answer.`;
  static override examples = [
    {description: 'Which are held?', command: '<%= config.bin %> job list --held'},
    '<%= config.bin %> job release 4a16467f',
    "<%= config.bin %> job release '#12' --yes --json",
  ];
  static override args = {
    id: Args.string({description: 'Job id, a prefix of one, or #NUMBER.', required: true}),
  };
  static override flags = {
    ...configFlag,
    tag: Flags.string({summary: 'Of several jobs with this id, the one with this tag.', helpValue: 'TAG'}),
    position: Flags.string({summary: 'And this position.', helpValue: 'POSITION'}),
    yes: Flags.boolean({char: 'y', summary: 'Release it without asking.'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobRelease);
    const {tag, position, yes} = flags;
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config} = configForCommand(flags.config, 'run', note);
    const opened = openJobs(flags.config, () => undefined);
    try {
      const {result, exitCode} = await releaseJob(
        opened,
        {id: args.id, tag, position},
        releasingNode(config),
        {
          yes,
          mayAsk: canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process),
          show: (...held) => this.note(heldText(...held)),
          confirm: async () => (await import('../../lib/cli/prompt.ts')).askConfirm('Sign and deliver it?'),
        },
      );
      const {network, node} = config;
      this.give({
        schema: 'job-release',
        exitCode,
        result,
        text: releaseText(result),
        network,
        nodeId: node.id,
      });
    } finally {
      opened.journal.close();
    }
  }
}
