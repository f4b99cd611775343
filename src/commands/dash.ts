import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {pathFlag} from '../lib/cli/flags.ts';
import {leaveReaders} from '../lib/cli/sinks.ts';
import {keepHeapSmall} from '../lib/features/dashboard/memory.ts';
import {openReplay} from '../lib/features/dashboard/replay.ts';
import {dashTarget} from '../lib/features/dashboard/target.ts';
import {dashTheme} from '../lib/features/dashboard/theme-flag.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';
import {run} from '../lib/foundation/next-step/next-step.ts';

export default class Dash extends AosCommand {
  static override summary = 'Watch a running operator live: heartbeat, clock, jobs, signer, chain, log.';
  static override description = `Attaches to the configured operator, or to the only one that runs on this machine, also when it runs as a service; several dashboards may be open at once. q or Ctrl-C closes the dashboard, never the operator. ? shows the keys.

While the operator is away its last state stays on the screen, dimmed, and it is looked for again. Needs a terminal; without one use aos run --json or aos status.`;
  static override examples = [
    '<%= config.bin %> dash',
    {
      description: 'Play a recording ten times as fast',
      command: '<%= config.bin %> dash --replay run.ndjson --speed 10',
    },
  ];
  static override flags = {
    ...configFlag,
    replay: pathFlag({summary: 'Replay a recorded stream of aos run --json.'}),
    speed: Flags.integer({
      summary: 'Playback speed.',
      min: 1,
      max: 100_000,
      helpValue: 'N',
      dependsOn: ['replay'],
    }),
    socket: Flags.string({hidden: true, exclusive: ['replay']}),
    'run-pid': Flags.integer({hidden: true, min: 1, dependsOn: ['socket']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Dash);
    const {stdin, stdout} = process;
    if (this.jsonEnabled() || !stdin.isTTY || !stdout.isTTY || process.env['TERM'] === 'dumb')
      throw new AosError('USAGE', 'the dashboard needs a terminal for its keys and its picture', {
        next: run('status'),
      });
    const {replay, speed = 1, quiet} = flags;
    const note = (line: string): void => this.note(line, quiet);
    const source =
      replay === undefined
        ? ({type: 'live', target: await dashTarget(flags, note)} as const)
        : ({
            type: 'replay',
            replay: await openReplay(replay, {speed, time: systemTime}),
            file: replay,
          } as const);
    keepHeapSmall();
    // Ink and React are loaded only where there is a screen to draw on.
    const {runDash} = await import('../lib/features/dashboard/attach.ts');
    const theme = dashTheme(this.style, process.env, stdout);
    process.exitCode = await runDash({source, runPid: flags['run-pid'] ?? null, theme, next: this.next});
    // A terminal that does not read would keep the process for ever; the dashboard has waited for it already.
    await leaveReaders(0);
  }
}
