import {Command, Flags, type Interfaces} from '@oclif/core';
import {helpOf, type NextStep} from '../foundation/next-step/next-step.ts';
import type {ListStyle} from './check-list.ts';
import {pathFlag} from './flags.ts';
import {palette} from './palette.ts';
import {systemTime} from '../foundation/system/system-time.ts';
import {jsonLine} from '../foundation/text/safe-text.ts';
import type {Answer} from './answer.ts';
import {resultEnvelope} from './envelope.ts';
import {renderNext, withNextText} from './next-step.ts';
import {forPeople, reportError, writeLine} from './report-error.ts';
import {serviceStep} from './service-step.ts';
import {leaveReaders} from './sinks.ts';
import {terminalLines} from './terminal-lines.ts';
import {type TerminalStyle, terminalStyle, typedFlag} from './terminal-style.ts';

declare const AOS_VERSION: string | undefined;

/** The version of the package; the build inserts it. */
export const version: string = typeof AOS_VERSION === 'undefined' ? '0.0.0-dev' : AOS_VERSION;

export const configFlag = {
  config: pathFlag({
    char: 'c',
    summary: 'Configuration file.',
    description:
      'Else AOS_CONFIG, ./config.yaml, $AOS_HOME/config.yaml (default ~/.config/aos), /etc/aos/config.yaml.',
    noCacheDefault: true,
  }),
};

/** Flags of every command. */
const globalFlags = {
  ascii: Flags.boolean({
    summary: 'Use ASCII characters only.',
    allowNo: true,
    helpGroup: 'GLOBAL',
  }),
  color: Flags.string({
    summary: 'Colour the output.',
    options: ['auto', 'always', 'never'] as const,
    helpGroup: 'GLOBAL',
  }),
  'no-input': Flags.boolean({
    summary: 'Never ask; fail when something is missing.',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({summary: 'Print only errors on stderr.', helpGroup: 'GLOBAL'}),
};

/**
 * The base class of all commands. A command gives one {@link Answer}, or streams its output; exit codes, the JSON envelope
 * and the form of errors are the same for all (docs/architecture.md#commands).
 */
export abstract class AosCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = globalFlags;

  /** The style of the terminal; known before the flags are parsed, because errors about them need it. */
  protected readonly style: TerminalStyle = terminalStyle(process.argv, process.env, process);
  readonly #started = systemTime.monotonic();

  /** Prints the answer and sets the exit code. */
  protected give<T>(answer: Answer<T>): void {
    process.exitCode = answer.exitCode;
    if (!this.jsonEnabled()) {
      writeLine(process.stdout, forPeople(answer.text, this.style.ascii));
      return;
    }
    const meta = {
      version,
      at: systemTime.now(),
      durationMs: Math.round(systemTime.monotonic() - this.#started),
      ...(answer.network === undefined ? {} : {network: answer.network}),
      ...(answer.nodeId === undefined ? {} : {nodeId: answer.nodeId}),
    };
    const envelope = resultEnvelope(
      answer.schema,
      {
        exitCode: answer.exitCode,
        result: withNextText(answer.result, this.next),
        warnings: answer.warnings ?? [],
      },
      meta,
    );
    writeLine(process.stdout, jsonLine(envelope, 2));
  }

  /** Prints a line on stderr, unless `--quiet`. */
  protected note(text: string, quiet = false): void {
    const {ascii, errorWidth} = this.style;
    if (!quiet) writeLine(process.stderr, terminalLines(forPeople(text, ascii), errorWidth).join('\n'));
  }

  /** Renders a next step, with the `--config` of the user. */
  protected readonly next = (step: NextStep): string => {
    const config = typedFlag(this.argv, 'config', 'c');
    // `run` is what a service starts, and says how it ends in its own words.
    if (this.id === 'run') return renderNext(step, {config});
    const where = {config, env: process.env, cwd: process.cwd(), uid: process.getuid?.() ?? 0};
    return renderNext(serviceStep(step, where), {config});
  };

  /** Returns the style of lists on stdout; lines are wrapped only on a terminal. */
  protected listStyle(): ListStyle {
    const {ascii, width} = this.style;
    return {paint: palette(this.style.color('stdout')), ascii, width: width ?? Infinity, next: this.next};
  }

  protected override catch(error: Interfaces.CommandError): Promise<void> {
    const words = (this.id ?? '').replaceAll(':', ' ');
    reportError(error, {
      json: this.jsonEnabled(),
      stream: this.streamsJson(),
      help: helpOf(words),
      flags: Object.keys({...this.ctor.baseFlags, ...this.ctor.flags}),
      style: this.style,
      next: this.next,
    });
    return Promise.resolve();
  }

  protected override async finally(): Promise<void> {
    if (this.streamsJson()) await leaveReaders(2_000);
  }

  /** Whether the `--json` output is NDJSON, so that an error is a last line of type `error`. */
  protected streamsJson(): boolean {
    return false;
  }
}
