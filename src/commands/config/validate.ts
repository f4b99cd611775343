import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {judgeConfig, renderJudgement} from '../../lib/features/config/commands.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class ConfigValidate extends AosCommand {
  static override summary = 'Check the configuration and list every problem.';
  static override description = `Reads the file, the variables and the VRF key file; uses no network. Exit code 0 without problems, 4 with warnings only, 78 when aos run would not start.`;
  static override examples = [
    '<%= config.bin %> config validate',
    {
      description: 'In a script',
      command: '<%= config.bin %> config validate -c ./config.yaml --json | jq .error.details.problems',
    },
  ];
  static override flags = {
    ...configFlag,
    for: Flags.string({
      summary: 'What to validate for: everything (run) or signing only (signer).',
      options: ['run', 'signer'] as const,
      default: 'run',
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(ConfigValidate);
    const {judgement, warnings} = judgeConfig(flags.config, flags.for === 'signer' ? 'signer' : 'run');
    this.give({
      schema: 'config-validate',
      exitCode: warnings.length > 0 ? EXIT.warnings : EXIT.ok,
      result: judgement,
      text: renderJudgement(judgement, warnings),
      warnings,
      ...(judgement.network === null ? {} : {network: judgement.network}),
      ...(judgement.nodeId === null ? {} : {nodeId: judgement.nodeId}),
    });
  }
}
