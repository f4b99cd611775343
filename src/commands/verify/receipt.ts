import {Args} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {filesOf} from '../../lib/features/receipt/files-of.ts';
import {partyFlags} from '../../lib/features/receipt/flags.ts';
import {kindChecks} from '../../lib/features/receipt/kind-checks.ts';
import {partiesFor} from '../../lib/features/receipt/parties.ts';
import {proofFileFlags, proofFilesOf} from '../../lib/features/receipt/proof-files.ts';
import {overallExit} from '../../lib/features/receipt/report.ts';
import {receiptsText} from '../../lib/features/receipt/text.ts';
import {verifyFiles} from '../../lib/features/receipt/verify-files.ts';
import {untilStopped} from '../../lib/cli/signals.ts';

const NO_TERMINAL = 100;

export default class VerifyReceipt extends AosCommand {
  static override summary = 'Check receipts of jobs without journal and network.';
  static override description = [
    'A receipt (aos job receipt) is checked against the addresses of its operator and its dispatcher and the range of the operator, by flags or, on a machine of the operator, by the configuration. Each link gets a verdict; not signed, not checked and not here are neither valid nor broken. Shown is only what a valid signature binds. The proof of a zkml job is checked again by the files of its model: those of the configuration, or --vk and --settings (of snarkjs --vk alone).',
    'Exit code 0 all valid, 4 nothing broken but something not signed, not checked or not here, 3 a link is broken, or of several files one is no receipt (65 for a single one). The reply of the dispatcher, which the published ones do not sign, never decides.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> verify receipt job.json --operator 0x0FE1b2c3D4e5F60718293a4B5c6D7e8F90A1B2C3 --dispatcher 0x1FE1b2c3D4e5F60718293a4B5c6D7e8F90A1B2C3 --range 0,60000',
    {description: 'From another program', command: '<%= config.bin %> verify receipt - < job.json'},
  ];
  static override strict = false;
  static override args = {
    file: Args.string({description: 'Files of receipts; - is standard input.', required: true}),
  };
  static override flags = {...configFlag, ...partyFlags, ...proofFileFlags};

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(VerifyReceipt);
    const files = filesOf(argv.map(String));
    const {operator, dispatcher, range: ranges = [], precision} = flags;
    const formerDispatchers = flags['former-dispatcher'] ?? [];
    const given = {operator, dispatcher, formerDispatchers, ranges, precision};
    const {parties, config} = partiesFor(given, flags.config, (line) => this.note(line, flags.quiet));
    const checks = kindChecks(config, proofFilesOf(flags));
    const receipts = await untilStopped((signal) => verifyFiles(files, {parties, checks, signal}));
    this.give({
      schema: 'verify-receipt',
      exitCode: overallExit(receipts.map(({overall}) => overall)),
      result: {receipts},
      text: receiptsText(receipts, this.style.width ?? NO_TERMINAL, this.next),
      nodeId: parties.operator,
    });
  }
}
