import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {refusePublicKeysOnChain} from '../../lib/cli/public-keys.ts';
import {verdictExit} from '../../lib/cli/verdict-exit.ts';
import {checkSigners} from '../../lib/features/signer/check-line.ts';
import {signerText} from '../../lib/features/signer/text.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';

export default class SignerCheck extends AosCommand {
  static override summary = 'Check each remote signer step by step, from its URL to its latency.';
  static override description = `Signs harmless probes only. Exit code 0 when every step passes, 3 when one fails, 4 with warnings only; what fails at a signer of node.signer_urls is a warning.`;
  static override examples = [
    '<%= config.bin %> signer check',
    {
      description: 'In a script',
      command: '<%= config.bin %> signer check -c ./config.yaml --json | jq .result.verdict',
    },
  ];
  static override flags = {
    ...configFlag,
    all: Flags.boolean({summary: 'Show every step with what was asked and what came back.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(SignerCheck);
    const {config, warnings} = configForCommand(flags.config, 'signer', (line) =>
      this.note(line, flags.quiet),
    );
    await refusePublicKeysOnChain(config);
    const {id} = config.node;
    const report = await checkSigners(config.node, {
      address: id,
      chainId: config.chainId,
      time: systemTime,
    });
    this.give({
      schema: 'signer-check',
      exitCode: verdictExit(report.verdict),
      result: report,
      text: signerText(report, this.listStyle(), {all: flags.all}),
      warnings,
      network: config.network,
      nodeId: id,
    });
  }
}
