import {resolve} from 'node:path';
import {renderNext} from '../../cli/next-step.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Level} from '../../node/events/describe.ts';
import type {LogFormat} from '../../node/events/lines.ts';
import type {LogChoice} from './event-output.ts';
import {configForCommand, refuseStart} from '../../cli/load-config.ts';
import {createOperation, type Operation} from './operate.ts';
import {createReload, type ReloadResult} from './reload.ts';
import {endedEarly, heldAtEnd, type RunEnd} from './run-end.ts';
import {listenForSignals, type StopSignals} from '../../cli/signals.ts';
import {hasTerminal, terminalLives, wantsDashboard} from './terminal.ts';
import {run} from '../../foundation/next-step/next-step.ts';

export type RunFlags = {
  config?: string | undefined;
  quiet: boolean;
  devnet: boolean;
  headless: boolean;
  jobs?: number | undefined;
  'accept-damaged-journal'?: string | undefined;
  'accept-all': boolean;
  'old-host-is-off': boolean;
  for?: number | undefined;
  'log-format'?: LogFormat | undefined;
  'log-level'?: Level | undefined;
};

/** Flags that stand above the key of the same name. */
const LOG_FLAGS = ['log-format', 'log-level'] as const;

/** `aos run`, in steps: its signals, listened to from now on, and the operator. */
export type RunCommand = {
  signals: StopSignals;
  /** Loads the configuration (that of the devnet if one is given), runs, and says how it ended. @throws AosError */
  operate(devnet?: {config: string; dispatcher: string}): Promise<RunEnd>;
};

/** @param dashboard program and arguments that show the dashboard [aos dash] */
export function operateFor(
  flags: RunFlags,
  options: {
    version: string;
    json: boolean;
    ascii: boolean;
    note: (line: string) => void;
    dashboard?: readonly string[];
  },
): RunCommand {
  const {note, json} = options;
  const ownTerminal = hasTerminal();
  const chosen = (log: LogChoice): LogChoice => ({
    format: flags['log-format'] ?? log.format,
    level: flags['log-level'] ?? log.level,
  });
  let operation: Operation | null = null;
  let reload = (): ReloadResult => {
    throw new AosError('CONTROL_BROKEN', 'the operator has not started yet');
  };

  const onHangUp = async (): Promise<void> => {
    if (ownTerminal && !(await terminalLives())) operation?.onTerminalGone();
    else reloadQuietly();
  };
  const reloadQuietly = (): void => {
    try {
      reload();
    } catch {
      // it is an event already
    }
  };
  // The signals come first, so that everything started later ends with this process.
  const signals = listenForSignals(flags.devnet ? 'stop' : () => void onHangUp(), () =>
    operation?.onSuspend(),
  );

  return {
    signals,
    async operate(devnet) {
      const loaded = configForCommand(devnet?.config ?? flags.config, 'run', note);
      await refuseStart(loaded, signals.stop);
      const {config, file, warnings, marks} = loaded;
      if (devnet !== undefined) {
        // Only a devnet's operator is registered by `run`; others load nothing of it.
        const {registerOnDevnet} = await import('./register-on-devnet.ts');
        if (!(await registerOnDevnet(config, devnet.dispatcher, {stop: signals.stop, note})))
          return endedEarly(signals.stop);
      }
      const shows = wantsDashboard({json, headless: flags.headless}, process.env);
      const named = devnet?.config ?? flags.config;
      const ours = options.dashboard ?? [
        process.execPath,
        process.argv[1] ?? '',
        'dash',
        // The dashboard repeats it in the shown commands.
        ...(named === undefined ? [] : ['-c', named]),
      ];
      operation = createOperation({
        config,
        warnings,
        version: options.version,
        configFile: file === null ? null : resolve(file),
        maxAccepted: flags.jobs ?? null,
        acceptDamage: flags['accept-damaged-journal'],
        restored: {acceptAll: flags['accept-all'], oldHostIsOff: flags['old-host-is-off']},
        stop: signals.stop,
        commands: {stop: () => signals.trigger('SIGTERM'), reload: () => reload()},
        json,
        quiet: flags.quiet,
        log: chosen(config.log),
        ascii: options.ascii,
        dashboard: shows ? ours : null,
        attach: run('dash', file === null ? [] : ['-c', file]),
        next: (step) => renderNext(step, {config: named}),
        note,
      });
      const {emit, setLog, takeOver} = operation;
      reload = createReload({
        file,
        marks,
        config,
        warnings,
        emit,
        takeOver,
        byFlag: LOG_FLAGS.filter((key) => flags[key] !== undefined).map((key) => key.replace('-', '.')),
        setLog: (log) => setLog(chosen(log)),
      });
      const timer = flags.for === undefined ? undefined : setTimeout(() => signals.trigger('for'), flags.for);
      try {
        const summary = await operation.run();
        const held = heldAtEnd(summary, flags.devnet, (step) => renderNext(step, {config: named}));
        if (held !== null) note(held);
        return summary;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
