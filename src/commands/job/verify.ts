import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {openJobs} from '../../lib/features/job/journal.ts';
import {verifyJobs} from '../../lib/features/job/verify.ts';
import {formerDispatcherFlag, precisionFlag} from '../../lib/features/receipt/flags.ts';
import {overallExit} from '../../lib/features/receipt/report.ts';
import {jobsText} from '../../lib/features/receipt/text.ts';

const NO_TERMINAL = 100;

export default class JobVerify extends AosCommand {
  static override summary = 'Check again what the journal holds of one job, or of all.';
  static override description = [
    "The dispatcher's signature, the VRF proof and the range, the order of the clocks, the answer (or proof, or attestation), the signature of this node, and the hash chain of clock readings; the first broken link is named. Not signed, not checked and not here (packed) are neither valid nor broken. With --all it works on two threads, and checks the whole chain of readings. Of a job that is packed or forgotten the receipt in the evidence directory is checked. The journal is only read, whether the operator runs or not.",
    'Exit code 0 all valid, 4 nothing broken but something not signed, not checked or not here, 3 a link is broken.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> job verify 4a16467f',
    {description: 'All jobs of the journal', command: '<%= config.bin %> job verify --all'},
  ];
  static override args = {
    id: Args.string({description: 'Job id, a prefix of one, or #NUMBER.', ignoreStdin: true}),
  };
  static override flags = {
    ...configFlag,
    all: Flags.boolean({summary: 'All jobs of the journal.', default: false}),
    tag: Flags.string({summary: 'Of several jobs with this id, the one with this tag.', helpValue: 'TAG'}),
    position: Flags.string({summary: 'And this position.', helpValue: 'POSITION'}),
    ...formerDispatcherFlag,
    ...precisionFlag,
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(JobVerify);
    const {tag, position, all, precision} = flags;
    const formerDispatchers = flags['former-dispatcher'] ?? [];
    const opened = openJobs(flags.config, (line) => this.note(line, flags.quiet));
    try {
      const choice = args.id === undefined ? null : {id: args.id, tag, position};
      const report = await untilStopped((signal) =>
        verifyJobs(opened, {choice, all, formerDispatchers, precision, signal}),
      );
      const {network, nodeId} = opened.config;
      this.give({
        schema: 'job-verify',
        exitCode: overallExit([report.overall]),
        result: report,
        text: jobsText(report, this.style.width ?? NO_TERMINAL, this.next),
        network,
        ...(nodeId === null ? {} : {nodeId}),
      });
    } finally {
      opened.journal.close();
    }
  }
}
