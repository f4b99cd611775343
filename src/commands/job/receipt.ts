import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {pathFlag} from '../../lib/cli/flags.ts';
import {jobReceipt, receiptShown, receiptWritten, writeReceiptFile} from '../../lib/features/job/receipt.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class JobReceipt extends AosCommand {
  static override summary = 'Write the receipt of one job.';
  static override description =
    "A receipt is one JSON document with the dispatcher's message and the result byte for byte, the VRF, the clocks, what the worker sent, the clock readings and the dispatcher's reply. Anyone checks it with aos verify receipt. To standard output, or into a file of mode 0600 that is there whole or not at all; with --out the answer of --json is about the file. A job that is open or unanswered has none (exit code 3); of one that the journal has packed or forgotten it is the one in the evidence directory.";
  static override examples = [
    '<%= config.bin %> job receipt 4a16467f > job.json',
    {
      description: 'By its number in the list, into a file',
      command: "<%= config.bin %> job receipt '#12' --out job.json",
    },
  ];
  static override args = {
    id: Args.string({description: 'Job id, a prefix of one, or #NUMBER.', required: true}),
  };
  static override flags = {
    ...configFlag,
    tag: Flags.string({summary: 'Of several jobs with this id, the one with this tag.', helpValue: 'TAG'}),
    position: Flags.string({summary: 'And this position.', helpValue: 'POSITION'}),
    out: pathFlag({summary: 'File to write.'}),
    force: Flags.boolean({summary: 'Replace the file.', dependsOn: ['out']}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobReceipt);
    const {tag, position, out, force} = flags;
    const opened = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const made = jobReceipt(opened, {id: args.id, tag, position});
      const written = out === undefined ? receiptShown(made) : writeReceiptFile(made, {path: out, force});
      this.give({
        schema: 'job-receipt',
        exitCode: EXIT.ok,
        result: written,
        text: out === undefined ? made.text.trimEnd() : receiptWritten(written),
        network: opened.config.network,
      });
    } finally {
      opened.journal.close();
    }
  }
}
