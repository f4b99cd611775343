import {Flags} from '@oclif/core';
import {AosCommand, configFlag, version} from '../lib/cli/base-command.ts';
import {durationFlag} from '../lib/cli/flags.ts';
import {devnetRunFlags, kindsOf, networkArgs} from '../lib/features/devnet/devnet-flags.ts';
import {withDevnet} from '../lib/features/run/devnet-child.ts';
import {exitCodeOfRun} from '../lib/features/run/run-end.ts';
import {operateFor, type RunFlags} from '../lib/features/run/run-command.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';
import {LEVELS} from '../lib/node/events/describe.ts';

export default class Run extends AosCommand {
  static override summary = 'Run the operator: receive, sample, answer, sign and deliver jobs.';
  static override description = `On a terminal it shows the dashboard and writes log lines to operator.log in the state directory. Elsewhere, and with --headless, it logs one line per event on stderr, times in UTC; with --json every event is a line of NDJSON on stdout, the last one of type "summary" (or "error").

Ctrl-C or SIGTERM finishes the jobs in progress and exits with 130 or 143; a second one ends at once; a run that ends by --jobs or --for exits with 0, with 4 when answers are held. In the dashboard Ctrl-C asks first, and q closes the dashboard alone. Unfinished jobs stay in the journal and continue with the next run.

A closed terminal window does not end it. SIGHUP without a terminal reloads the configuration and names the keys that need a restart.`;
  static override examples = [
    {description: 'Run with the configuration that aos finds', command: '<%= config.bin %> run'},
    {
      description: 'Try everything on a network of its own',
      command: '<%= config.bin %> run --devnet --jobs 5',
    },
    {
      description: 'The same with a tee worker, whose enclave is a stand-in',
      command: '<%= config.bin %> run --devnet --jobs 5 --kind tee',
    },
    {
      description: 'Count accepted results',
      command: '<%= config.bin %> run --for 1h --json | tail -1 | jq .accepted',
    },
  ];
  static override flags = {
    ...configFlag,
    devnet: Flags.boolean({
      summary: 'Start a whole network on this machine and run against it.',
      exclusive: ['config'],
    }),
    ...devnetRunFlags,
    headless: Flags.boolean({summary: 'Log lines instead of the dashboard, even on a terminal.'}),
    jobs: Flags.integer({
      summary: 'Stop after N jobs that were accepted, left unanswered, or whose answer is held.',
      min: 1,
      helpValue: 'N',
    }),
    for: durationFlag({summary: 'Stop after this time, e.g. 30s, 10m, 2h.'}),
    'accept-damaged-journal': Flags.string({
      summary: 'Work on with what is left of a damaged journal; ID is in the error that refuses it.',
      helpValue: 'ID',
    }),
    'accept-all': Flags.boolean({
      summary:
        'After a restore: deliver what was open in the backup, and answer jobs without looking them up.',
    }),
    'old-host-is-off': Flags.boolean({
      summary: 'After a restore: the former operator of this node is off, and does not start again.',
    }),
    'log-format': Flags.string({
      summary: 'Log format (default: log.format).',
      options: ['pretty', 'logfmt', 'json'] as const,
    }),
    'log-level': Flags.string({
      summary: 'Minimum log level (default: log.level); --json has everything.',
      options: LEVELS,
    }),
  };

  protected override streamsJson(): boolean {
    return true;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Run);
    const note = (line: string): void => this.note(line, flags.quiet);
    const run = operateFor(flags as RunFlags, {
      version,
      json: this.jsonEnabled(),
      ascii: this.style.ascii,
      note,
    });
    try {
      const end = flags.devnet
        ? await withDevnet(
            {
              program: process.argv[1] ?? '',
              time: systemTime,
              args: networkArgs(flags),
              kinds: kindsOf(flags),
              stop: run.signals.stop,
              note: flags.quiet ? null : note,
              onLost: () => run.signals.trigger('fatal'),
            },
            run.operate,
          )
        : await run.operate();
      process.exitCode = exitCodeOfRun(end);
    } finally {
      run.signals.dispose();
    }
  }
}
