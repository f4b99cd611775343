import type {Config, ConfigWarning} from '../../config/config.ts';
import type {Emit, OperatorEvent, Summary} from '../../node/events/events.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {startDashboard, type Dashboard} from './dashboard-child.ts';
import type {ProcessCommands} from './commands.ts';
import {createEventOutput, type LogChoice} from './event-output.ts';
import {createLogFile} from './log-file.ts';
import type {RestoredWish} from './restored.ts';
import {logPath} from '../logs/rotation.ts';
import {runOperator} from './run.ts';
import {onceSized, saveTerminal, terminalLives} from './terminal.ts';
import type {NoticeCode} from '../../foundation/errors/table.ts';
import type {NextStep, RenderNext} from '../../foundation/next-step/next-step.ts';

export type OperateOptions = {
  config: Config;
  warnings: readonly ConfigWarning[];
  version: string;
  /** The absolute path of the configuration file; null: none. */
  configFile: string | null;
  /** Stop after so many accepted results; null: never. */
  maxAccepted: number | null;
  /** The id of damage to the journal that is accepted. */
  acceptDamage?: string | undefined;
  /** What is to be done where the journal was restored from a backup. */
  restored: RestoredWish;
  /** Its reason is a StopReason. */
  stop: AbortSignal;
  /** What clients of the control socket may ask of the process. */
  commands: ProcessCommands;
  json: boolean;
  quiet: boolean;
  log: LogChoice;
  /** No signs beyond ASCII on stderr. */
  ascii: boolean;
  /** Program and arguments of the dashboard to show on this terminal; null: none, lines only. */
  dashboard: readonly string[] | null;
  /** The command that attaches another dashboard. */
  attach: NextStep;
  /** A next step as text, with the configuration that was named by hand. */
  next: RenderNext;
  /** Says a line on stderr. */
  note: (line: string) => void;
};

/** What signals do to a run; each is harmless at any moment. */
export type Operation = {
  run(): Promise<Summary>;
  /** The terminal was closed: log lines go to the file from now on. */
  onTerminalGone(): void;
  /** Ctrl-Z. */
  onSuspend(): void;
  /** Says something through the event stream; before it is there nothing is said. */
  emit: Emit;
  setLog(choice: LogChoice): void;
  /** Workers, RPC endpoints and alerts are those of this configuration from now on. */
  takeOver(config: Config): void;
};

/**
 * The operator with its screen: the dashboard while it is open, log lines otherwise. The loop does not
 * depend on any of them (docs/architecture.md#processes-and-signals).
 */
export function createOperation(options: OperateOptions): Operation {
  const {stop, note} = options;
  const file = createLogFile(logPath(options.config.store.dir));
  let dashboard: Dashboard | null = null;
  let isGone = false;
  let emit: Emit = () => {};
  let takeOver = (_config: Config): void => {};
  let unseen: OperatorEvent | null = null;
  let forgetSize = (): void => {};

  /** A stderr that is no terminal is a log of the caller: it stays one, whatever the terminal shows. */
  const elsewhere = () => (process.stderr.isTTY && (isGone || dashboard !== null) ? file : null);
  const {json, quiet, log, ascii, next} = options;
  const output = createEventOutput({json, quiet, log, ascii, next, elsewhere});

  function show(command: readonly string[], socket: string): void {
    const shown = startDashboard({
      command,
      socket,
      runPid: process.pid,
      terminal: saveTerminal(process.stdout),
      terminalLives,
      time: systemTime,
      isStopping: () => stop.aborted,
      onRestart: (how) =>
        warn('DASHBOARD_ENDED', `the dashboard ended unexpectedly (${how}); it is started again`),
    });
    dashboard = shown;
    process.once('exit', shown.stopNow);
    void shown.ended.then((end) => {
      process.off('exit', shown.stopNow);
      dashboard = null;
      if (end === 'hung-up') terminalGone();
      if (end === 'crashed')
        warn('DASHBOARD_ENDED', 'the dashboard ended unexpectedly again', options.attach);
      if (end === 'closed' && unseen === null && !stop.aborted)
        note(
          `Dashboard closed; the operator keeps running. Reopen: ${next(options.attach)}. Log so far: ${file.path}`,
        );
    });
  }

  function warn(code: NoticeCode, message: string, step?: NextStep): void {
    emit({type: 'warning', code, message, ...(step === undefined ? {} : {next: step})});
  }

  function terminalGone(): void {
    if (isGone) return;
    isGone = true;
    warn('TERMINAL_GONE', 'the terminal is gone; the operator keeps running', options.attach);
  }

  return {
    async run() {
      try {
        return await runOperator({
          ...options,
          onEvent(event) {
            output.onEvent(event);
            if (event.type !== 'summary' || dashboard === null) return;
            // It is over: the last word is said on the normal screen.
            unseen = event;
            void dashboard.stop();
          },
          onReady(ready) {
            ({emit, takeOver} = ready);
            const {dashboard: command} = options;
            const {socket} = ready;
            if (command === null || socket === null) return;
            forgetSize = onceSized(process.stdout, () => {
              if (!stop.aborted && !isGone) show(command, socket);
            });
          },
        });
      } finally {
        forgetSize();
        await dashboard?.stop();
        if (unseen !== null && elsewhere() === null) output.onEvent(unseen);
        output.flush();
        await file.close();
      }
    },
    onTerminalGone: terminalGone,
    onSuspend() {
      if (dashboard === null) note('Ctrl-Z does not stop the operator; Ctrl-C does');
      else dashboard.goOn();
    },
    emit: (event) => emit(event),
    setLog: output.setLog,
    takeOver: (next) => takeOver(next),
  };
}
