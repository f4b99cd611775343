import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {canPrompt} from '../lib/cli/can-prompt.ts';
import {deregister, type DeregisterOptions} from '../lib/features/register/deregister.ts';
import {deregisterOptions} from '../lib/features/register/deregister-command.ts';
import {deregisterText} from '../lib/features/register/leave-text.ts';
import {checkLeaving, LEAVE_EXIT, leaveCheckText} from '../lib/features/register/leave-check.ts';
import {leaveWarnings} from '../lib/features/register/leave-warnings.ts';
import {configForCommand} from '../lib/cli/load-config.ts';
import {planFlags} from '../lib/features/register/flags.ts';
import {stepsExitCode} from '../lib/features/register/report.ts';
import {untilStopped} from '../lib/cli/signals.ts';
import {txFlags} from '../lib/features/tx/flags.ts';

export default class Deregister extends AosCommand {
  static override summary = 'Leave the AVS. Permanent: AOS never re-admits an address.';
  static override description = `The published AOS service manager never removes an operator from its list and refuses every listed address: an address
that has left cannot register again. So type the address to confirm; --yes does not replace it. In the other flows, and while
quorums remain, there is a way back; the command says which it is.

Exit code 0: left, or was not registered. 3: declined, something holds it up (--check), or the registry does not say. 8: sent, not mined within --wait. 77: jobs are open.`;
  static override examples = [
    {
      description: 'Can it leave now, and is there a way back?',
      command: '<%= config.bin %> deregister --check',
    },
    {description: 'Preview without sending', command: '<%= config.bin %> deregister --dry-run'},
    '<%= config.bin %> deregister --confirm 0x1111111111111111111111111111111111111111',
  ];
  static override flags = {
    ...configFlag,
    confirm: Flags.string({
      summary: 'The address that leaves (node_id), to confirm.',
      helpValue: 'NODE_ID',
    }),
    check: Flags.boolean({
      summary: 'Look only at what leaving needs. Exit 0 ready or not registered, 3 not ready.',
      exclusive: ['dry-run', 'calldata'],
    }),
    force: Flags.boolean({summary: 'Leave even if jobs are open.'}),
    quorums: Flags.string({
      summary: 'Quorums or operator sets to leave, such as 0,1 (default: all).',
      helpValue: 'LIST',
    }),
    ...planFlags,
    ...txFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Deregister);
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config, warnings} = configForCommand(flags.config, 'run', note);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const {network, node} = config;
    const show = (line: string): void => this.note(line);
    const optionsOf = (signal: AbortSignal): DeregisterOptions =>
      deregisterOptions(config, flags, {canAsk, signal, note, show});
    if (flags.check) {
      const result = await untilStopped((signal) => checkLeaving(config, optionsOf(signal)), flags.timeout);
      const text = leaveCheckText(result, this.listStyle());
      const exitCode = LEAVE_EXIT[result.state];
      this.give({schema: 'deregister-check', exitCode, result, text, warnings, network, nodeId: node.id});
      return;
    }
    const result = await untilStopped((signal) => deregister(config, optionsOf(signal)), flags.timeout);
    this.give({
      schema: 'deregister',
      exitCode: stepsExitCode(result.steps),
      result,
      text: deregisterText(result, this.listStyle()),
      warnings: [...warnings, ...leaveWarnings(result)],
      network,
      nodeId: node.id,
    });
  }
}
