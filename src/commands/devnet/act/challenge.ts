import {AosCommand} from '../../../lib/cli/base-command.ts';
import {actOnDevnet, renderAct} from '../../../lib/features/devnet/act.ts';
import {challengeFlags} from '../../../lib/features/devnet/act-flags.ts';
import {devnetFlag, devnetOf} from '../../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../../lib/foundation/errors/table.ts';

export default class DevnetActChallenge extends AosCommand {
  static override summary = 'Challenge an attestation on the running devnet, and answer it.';
  static override description = `Anyone may open a challenge; it names a clock number, never a job or an operator. An answer is accepted for 30 blocks.

With --answer the aggregator answers with the BLS signatures of the registered operators of this devnet, which the contract checks; other operators of the quorum are its non-signers.`;
  static override examples = [
    '<%= config.bin %> devnet act challenge --blocks 15',
    {description: 'Open one and answer it', command: '<%= config.bin %> devnet act challenge --answer'},
    {description: 'Answer an open one', command: '<%= config.bin %> devnet act challenge --answer --index 0'},
  ];
  static override flags = {...challengeFlags, ...devnetFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetActChallenge);
    const {control} = devnetOf(flags);
    const {index, job = null, clock = null, quorums, threshold, blocks, answer} = flags;
    const result = await actOnDevnet(
      control,
      index === undefined
        ? {act: 'challenge', job, clock, quorums, threshold, blocks, answer}
        : {act: 'answer', index, blocks},
    );
    this.give({schema: 'devnet-act', exitCode: EXIT.ok, result, text: renderAct(result, this.next)});
  }
}
