import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {refusedResult, refusedText} from '../../lib/features/job/refused.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

/** Columns of what is no terminal: a row is one line. */
const UNLIMITED = 10_000;

export default class JobRefused extends AosCommand {
  static override summary = 'List messages of the dispatcher that could not be taken as jobs.';
  static override description =
    'The dispatcher does not send a job again, so a message that is unreadable, not signed as it must be or not a job is kept: the last 1,000, 64 KiB of each, with a count of all. Reads the journal only; the operator may run meanwhile.';
  static override examples = [
    '<%= config.bin %> job refused',
    {description: 'One message as it came', command: '<%= config.bin %> job refused 12'},
    {
      description: 'All of them, for the operator of the dispatcher',
      command: "<%= config.bin %> job refused --limit 1000 --json | jq -r '.result.messages[].frame'",
    },
  ];
  static override args = {
    number: Args.integer({description: 'Its number in the list: shows that message whole.', min: 1}),
  };
  static override flags = {
    ...configFlag,
    limit: Flags.integer({summary: 'Number of messages.', default: 20, min: 1, max: 1_000, helpValue: 'N'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobRefused);
    const {journal, config} = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const result = refusedResult(journal, {number: args.number, limit: flags.limit});
      this.give({
        schema: 'job-refused',
        exitCode: EXIT.ok,
        result,
        text: refusedText(result, {width: this.style.width ?? UNLIMITED, whole: args.number !== undefined}),
        network: config.network,
        ...(config.nodeId === null ? {} : {nodeId: config.nodeId}),
      });
    } finally {
      journal.close();
    }
  }
}
