import {Flags} from '@oclif/core';
import {AosCommand, configFlag, version} from '../lib/base-command.ts';
import {durationFlag} from '../lib/edge/duration-flag.ts';
import {withDevnet} from '../lib/edge/devnet-child.ts';
import {createEventOutput} from '../lib/edge/event-output.ts';
import {configForCommand} from '../lib/edge/load-config.ts';
import {runOperator} from '../lib/edge/run.ts';
import {exitCodeOf, listenForSignals, type StopSignals} from '../lib/edge/signals.ts';
import type {StopReason} from '../lib/operator/events.ts';

type RunFlags = {
  config?: string | undefined;
  quiet: boolean;
  jobs?: number | undefined;
  for?: number | undefined;
  'log-format'?: string | undefined;
};

export default class Run extends AosCommand {
  static override summary = 'Run the operator: take jobs, sample, have them answered, sign and deliver.';
  static override description = `Logs one line an event on stderr, times in UTC; with --json every event is a line of NDJSON on stdout, the last one of type "summary" (or "error").

Ctrl-C or SIGTERM finishes the jobs in hand and exits with 130 or 143; a second one ends at once. What is not finished stays in the journal and goes on with the next run.`;
  static override examples = [
    {description: 'Run with the configuration that is found', command: '<%= config.bin %> run'},
    {
      description: 'Try everything on a network of its own',
      command: '<%= config.bin %> run --devnet --jobs 5',
    },
    {
      description: 'Count what was accepted',
      command: '<%= config.bin %> run --for 1h --json | tail -1 | jq .accepted',
    },
  ];
  static override flags = {
    ...configFlag,
    devnet: Flags.boolean({
      summary: 'Start a whole network on this machine and run against it.',
      exclusive: ['config'],
    }),
    jobs: Flags.integer({summary: 'Stop after so many accepted results.', min: 1, helpValue: 'N'}),
    for: durationFlag({summary: 'Stop after this time, e.g. 30s, 10m, 2h.'}),
    'log-format': Flags.string({
      summary: 'Form of the log lines.',
      options: ['pretty', 'logfmt', 'json'] as const,
    }),
  };

  protected override streamsJson(): boolean {
    return true;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Run);
    const note = (line: string): void => this.note(line, flags.quiet);
    // Listened to from the first moment on: what is started here ends with us.
    const signals = listenForSignals({
      mode: flags.devnet ? 'stop' : 'go-on',
      onGoOn: () => note('the terminal is gone; the operator goes on'),
    });
    const operate = (devnet?: {config: string; dispatcher: string}): Promise<StopReason> =>
      this.#operate(flags, devnet, signals, note);
    try {
      const reason = flags.devnet
        ? await withDevnet(
            {stop: signals.stop, note: flags.quiet ? null : note, onLost: () => signals.trigger('fatal')},
            operate,
          )
        : await operate();
      process.exitCode = exitCodeOf(reason);
    } finally {
      signals.dispose();
    }
  }

  async #operate(
    flags: RunFlags,
    devnet: {config: string; dispatcher: string} | undefined,
    signals: StopSignals,
    note: (line: string) => void,
  ): Promise<StopReason> {
    const {config, warnings} = configForCommand(devnet?.config ?? flags.config, 'run', note);
    if (devnet !== undefined) {
      // Only a devnet's operator is registered by `run`; others load nothing of it.
      const {registerOnDevnet} = await import('../lib/edge/register-on-devnet.ts');
      if (!(await registerOnDevnet(config, devnet.dispatcher, {stop: signals.stop, note})))
        return signals.stop.reason as StopReason;
    }
    const format = (flags['log-format'] as 'pretty' | undefined) ?? config.log.format;
    const output = createEventOutput({json: this.jsonEnabled(), quiet: flags.quiet, format});
    const timer = flags.for === undefined ? undefined : setTimeout(() => signals.trigger('for'), flags.for);
    try {
      const {reason} = await runOperator({
        config,
        warnings,
        version,
        maxAccepted: flags.jobs ?? null,
        stop: signals.stop,
        onEvent: output.onEvent,
      });
      return reason;
    } finally {
      clearTimeout(timer);
    }
  }
}
