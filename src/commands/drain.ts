import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {durationFlag} from '../lib/cli/flags.ts';
import {noProgress, progressLine} from '../lib/cli/progress-line.ts';
import {untilStopped} from '../lib/cli/signals.ts';
import {drainNode, drainText} from '../lib/features/life/drain.ts';
import {findNode} from '../lib/features/life/node.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';

export default class Drain extends AosCommand {
  static override summary = 'Take no new jobs, finish those in hand, and stay online.';
  static override description = `For work on the machine, a worker or the signer. The node leaves the dispatcher, which sends each job once and to connected operators only, so no job is lost; it finishes what it has, comes back for a moment to deliver, and answers /ping all the time, so the network does not count it as offline. A drained node earns nothing.

A drain ends with --end, or with the process.`;
  static override examples = [
    {
      description: 'Wait until nothing is in hand, then stop',
      command: '<%= config.bin %> drain --wait && <%= config.bin %> stop',
    },
    {description: 'Take jobs again', command: '<%= config.bin %> drain --end'},
  ];
  static override flags = {
    ...configFlag,
    wait: Flags.boolean({summary: 'Wait until every job in hand is accepted.', exclusive: ['end']}),
    end: Flags.boolean({summary: 'End the drain: take jobs again.'}),
    timeout: durationFlag({
      summary: 'Wait so long (default: 15m); the drain continues after that.',
      minMs: 1_000,
      dependsOn: ['wait'],
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Drain);
    const node = await findNode('drain', flags.config, (line) => this.note(line, flags.quiet));
    const progress = flags.quiet ? noProgress : progressLine(process.stderr);
    const {wait, end, timeout: timeoutMs = 900_000} = flags;
    const result = await untilStopped((signal) =>
      drainNode(node, {wait, end, timeoutMs, time: systemTime, signal, onProgress: progress.show}),
    ).finally(progress.clear);
    this.give({schema: 'drain', exitCode: EXIT.ok, result, text: drainText(result)});
  }
}
