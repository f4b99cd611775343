import {AosCommand} from '../../lib/cli/base-command.ts';
import {upFlags, upOptions} from '../../lib/features/devnet/devnet-flags.ts';
import {devnetOutput} from '../../lib/features/devnet/output.ts';
import {runDevnet} from '../../lib/features/devnet/up.ts';
import {untilAbort} from '../../lib/foundation/async/abort.ts';
import {exitCodeOf, listenForSignals} from '../../lib/cli/signals.ts';
import type {StopReason} from '../../lib/node/events/events.ts';

export default class DevnetUp extends AosCommand {
  static override summary = 'Run a whole AOS network on this machine, until Ctrl-C.';
  static override description = `Chain (anvil, 5-second blocks) with the contracts of EigenLayer and of the AVS, a development signer, a dispatcher, the online detection and a worker with a tiny language model; all on loopback. --kind adds tee and zkml workers: the enclave is a stand-in, and the zkml worker knows the proofs of the devnet by hash where the engine of ezkl is not installed. With --json the first line is of type "ready" and names a config.yaml that works. Its operator has stake and a range, and is not registered at the AVS yet: that is for aos register.

The dispatcher behaves as --dispatcher says. A published one answers unsigned, sends no job a second time, never sends a job that was submitted while no operator was connected, and registers one operator at a time, each when its transaction is in a block.

While it runs, aos devnet stop and aos devnet start end its dispatcher, worker or signer and bring them back.`;
  static override examples = [
    '<%= config.bin %> devnet up',
    {description: 'Only some jobs are selected', command: '<%= config.bin %> devnet up --range 0,60000'},
    {
      description: 'Five operators, 12-second blocks, and the dispatcher as the public commit has it',
      command: '<%= config.bin %> devnet up --operators 5 --block-time 12 --dispatcher head',
    },
    {
      description: 'Workers of all kinds, and a job every second',
      command: '<%= config.bin %> devnet up --kind opml --kind tee --kind zkml --job-every 1s',
    },
    {
      description: 'A dispatcher that closes every connection with its words',
      command: '<%= config.bin %> devnet up --fault dispatcher-closes',
    },
  ];
  static override flags = upFlags;

  protected override streamsJson(): boolean {
    return true;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetUp);
    const signals = listenForSignals('stop');
    if (flags['exit-with-stdin']) {
      const ended = (): void => signals.trigger('SIGTERM');
      process.stdin.on('end', ended).on('error', ended).resume();
    }
    try {
      const output = devnetOutput({json: this.jsonEnabled(), quiet: flags.quiet});
      const close = await runDevnet(output, {...upOptions(flags), stop: signals.stop});
      await untilAbort(signals.stop);
      await close();
    } catch (error) {
      if (!signals.stop.aborted) throw error; // a start that was stopped has no failure to report
    } finally {
      signals.dispose();
      // A stream that is still read keeps the process alive, also when the start failed.
      process.stdin.destroy();
    }
    process.exitCode = flags['exit-with-stdin'] ? 0 : exitCodeOf(signals.stop.reason as StopReason);
  }
}
