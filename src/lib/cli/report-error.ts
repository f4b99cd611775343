import {Errors} from '@oclif/core';
import {AosError, errorText} from '../foundation/errors/error.ts';
import {CODES} from '../foundation/errors/table.ts';
import {type NextStep, type RenderNext, run} from '../foundation/next-step/next-step.ts';
import {asciiText} from '../foundation/text/ascii.ts';
import {jsonLine} from '../foundation/text/safe-text.ts';
import {errorEnvelope} from './envelope.ts';
import {errorLines} from './error-lines.ts';
import {renderNext} from './next-step.ts';
import {palette} from './palette.ts';
import {type TerminalStyle, terminalStyle} from './terminal-style.ts';
import {oneLine, usageMessage, withoutSecrets} from './usage-message.ts';

export type ErrorReport = {
  json: boolean;
  /** Whether the `--json` output is NDJSON, so that the error is a last line of type `error`. */
  stream?: boolean;
  /** The next step of a wrong command line, which depends on the command. */
  help?: NextStep;
  /** Flags of the command, to suggest one for a mistyped flag. */
  flags?: readonly string[];
  style?: TerminalStyle;
  next?: RenderNext;
};

/** Prints an error on stderr, or as JSON on stdout, and sets the exit code. */
export function reportError(thrown: unknown, options: ErrorReport): void {
  const {json, stream = false, flags = [], help = run('', ['--help']), next = renderNext} = options;
  if (thrown instanceof Errors.ExitError) {
    process.exitCode = thrown.oclif.exit ?? 1;
    return;
  }
  const error = asAosError(thrown, help, flags);
  process.exitCode = error.exitCode;
  if (json) {
    const {schema, ...rest} = errorEnvelope(error, next) as {schema: string};
    writeLine(
      process.stdout,
      stream ? jsonLine({type: 'error', schema, ...rest}) : jsonLine({schema, ...rest}, 2),
    );
    return;
  }
  const {ascii, color, errorWidth} = options.style ?? terminalStyle(process.argv, process.env, process);
  const lines = errorLines(error, next, errorWidth);
  writeLine(process.stderr, painted(forPeople(lines.join('\n'), ascii), color('stderr')));
  if (error.code === 'BUG' && thrown instanceof Error && process.env['AOS_DEBUG'] !== undefined) {
    writeLine(process.stderr, thrown.stack ?? '');
  }
}

/** Converts any thrown value into an AosError. */
function asAosError(error: unknown, help: NextStep, flags: readonly string[]): AosError {
  // oclif adds lines around the error of a flag's parser.
  if (error instanceof AosError && error.message.startsWith('Parsing --'))
    return new AosError(error.code, withoutSecrets(oneLine(error.message)), {next: help});
  if (error instanceof AosError) {
    const {message, next, details, cause} = error;
    return error.code === 'USAGE' && next === CODES.USAGE.next
      ? new AosError('USAGE', message, {next: help, details, cause})
      : error;
  }
  // Every error of oclif itself is about the command line.
  if (error instanceof Errors.CLIError)
    return new AosError('USAGE', usageMessage(error, flags), {next: help});
  return new AosError('BUG', errorText(error), {cause: error});
}

/** Returns a text, with ASCII signs only where `ascii` is true. */
export function forPeople(text: string, ascii: boolean): string {
  return ascii ? asciiText(text) : text;
}

/** Colours the first word of an error. */
function painted(text: string, color: boolean): string {
  return text.replace(/^Error:/, (word) => palette(color)('fail', word));
}

/** Writes a text and a newline. */
export function writeLine(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text}\n`);
}
