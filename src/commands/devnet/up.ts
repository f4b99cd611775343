import {Flags} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {devnetOutput} from '../../lib/features/devnet/output.ts';
import {runDevnet} from '../../lib/features/devnet/up.ts';
import {untilAbort} from '../../lib/foundation/async/abort.ts';
import {durationFlag, rangeFlag} from '../../lib/cli/flags.ts';
import {exitCodeOf, listenForSignals} from '../../lib/cli/signals.ts';
import type {StopReason} from '../../lib/node/events/events.ts';

const port = (what: string) =>
  Flags.integer({
    summary: `Port of the ${what} (default: a free one).`,
    min: 1,
    max: 65_535,
    helpValue: 'PORT',
    helpGroup: 'PORTS',
  });

export default class DevnetUp extends AosCommand {
  static override summary = 'Run a whole AOS network on this machine, until Ctrl-C.';
  static override description = `Chain (anvil, 5-second blocks) with the contracts of EigenLayer and of the AVS, a development signer, a dispatcher, the online detection and an opml worker with a tiny language model; all on loopback. With --json the first line is of type "ready" and names a config.yaml that works. Its operator has stake and a range, and is not registered at the AVS yet: that is for aos register.`;
  static override examples = [
    '<%= config.bin %> devnet up',
    {description: 'Only some jobs are selected', command: '<%= config.bin %> devnet up --range 0,60000'},
  ];
  static override flags = {
    range: rangeFlag({
      summary: 'Sampling range of the operator.',
      helpValue: 'A,B',
      default: {start: 0n, end: 600_000n},
      defaultHelp: () => Promise.resolve('0,600000: every job is selected'),
      noCacheDefault: true,
    }),
    redeliver: Flags.boolean({
      summary: 'Send jobs without an accepted result again after each connect.',
      default: true,
      allowNo: true,
    }),
    'job-every': durationFlag({summary: 'Submit a job this often while an operator is connected.'}),
    'chain-port': port('chain'),
    'signer-port': port('signer'),
    'dispatcher-port': port("dispatcher's WebSocket"),
    'dispatcher-http-port': port("dispatcher's HTTP API"),
    'operator-port': port('operator (written into its configuration)'),
    'worker-port': port('opml worker'),
    'exit-with-stdin': Flags.boolean({
      summary: 'Stop when standard input closes, for a parent process.',
    }),
  };

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
    const close = await runDevnet(devnetOutput({json: this.jsonEnabled(), quiet: flags.quiet}), {
      ports: {
        chain: flags['chain-port'],
        signer: flags['signer-port'],
        dispatcher: flags['dispatcher-port'],
        dispatcherHttp: flags['dispatcher-http-port'],
        operator: flags['operator-port'],
        worker: flags['worker-port'],
      },
      range: flags.range,
      redeliver: flags.redeliver,
      jobEveryMs: flags['job-every'] ?? null,
    });
    await untilAbort(signals.stop);
    await close();
    signals.dispose();
    process.stdin.destroy();
    process.exitCode = flags['exit-with-stdin'] ? 0 : exitCodeOf(signals.stop.reason as StopReason);
  }
}
