import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {exitCodeOf, listenForSignals} from '../lib/cli/signals.ts';
import {sinceOf} from '../lib/features/logs/line.ts';
import {showLogs} from '../lib/features/logs/logs.ts';
import {findNode, stateDirOf} from '../lib/features/life/node.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';
import {LEVELS} from '../lib/node/events/describe.ts';
import type {StopReason} from '../lib/node/events/events.ts';

export default class Logs extends AosCommand {
  static override summary = 'Show the log that the operator writes beside its dashboard.';
  static override description =
    'While a dashboard is open, and after a terminal is gone, aos run writes its log lines to operator.log in the state directory; older lines are in operator.log.1 to .4, 8 MB each. Elsewhere the log goes to stderr: of a service, journalctl -u UNIT shows it. Escape sequences in a line are shown as text.';
  static override examples = [
    '<%= config.bin %> logs -f',
    {description: 'What went wrong today', command: '<%= config.bin %> logs --level warn --since 24h'},
    {description: 'All about one job', command: '<%= config.bin %> logs --all --grep 4a16467f'},
  ];
  static override flags = {
    ...configFlag,
    follow: Flags.boolean({char: 'f', summary: 'Wait for more lines, also over a change of files.'}),
    lines: Flags.integer({
      char: 'n',
      summary: 'The last N lines that fit.',
      min: 0,
      max: 1_000_000,
      default: 200,
      helpValue: 'N',
    }),
    all: Flags.boolean({summary: 'All lines that fit.'}),
    level: Flags.string({summary: 'Lines of this level or above.', options: LEVELS}),
    grep: Flags.string({summary: 'Lines with this text, in any letter case.', helpValue: 'TEXT'}),
    since: Flags.string({
      summary: 'Lines since then: an age (2h, 7d) or a time (2026-11-30T01:00Z).',
      helpValue: 'WHEN',
    }),
  };

  protected override streamsJson(): boolean {
    return true;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Logs);
    const now = systemTime.now();
    const since = flags.since === undefined ? null : sinceOf(flags.since.trim(), now);
    if (flags.since !== undefined && since === null)
      throw new AosError('USAGE', '--since takes an age such as 2h, or a time such as 2026-11-30T01:00Z');
    const node = await findNode('logs', flags.config, (line) => this.note(line, flags.quiet));
    const signals = listenForSignals('stop');
    try {
      await showLogs({
        storeDir: stateDirOf(node),
        last: flags.all ? null : flags.lines,
        follow: flags.follow,
        filter: {
          level: LEVELS.find((level) => level === flags.level) ?? null,
          grep: flags.grep ?? null,
          since,
        },
        json: this.jsonEnabled(),
        time: systemTime,
        signal: signals.stop,
      });
      if (signals.stop.aborted) process.exitCode = exitCodeOf(signals.stop.reason as StopReason);
    } finally {
      signals.dispose();
    }
  }
}
