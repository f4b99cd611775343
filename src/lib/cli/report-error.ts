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
  /** True for a command whose `--json` output is NDJSON: the error is then a last line of type `error`. */
  stream?: boolean;
  /** What to do about a wrong command line; the table cannot know which command it was. */
  help?: NextStep;
  /** Flags of the command, to find the one that was meant. */
  flags?: readonly string[];
  style?: TerminalStyle;
  next?: RenderNext;
};

/** Shows an error on stderr, or as JSON on stdout, and sets the exit code. */
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

/** Turns anything thrown into the one kind of error that is shown. */
function asAosError(error: unknown, help: NextStep, flags: readonly string[]): AosError {
  // oclif puts a frame of several lines around what the parser of a flag throws.
  if (error instanceof AosError && error.message.startsWith('Parsing --'))
    return new AosError(error.code, withoutSecrets(oneLine(error.message)), {next: help});
  if (error instanceof AosError) {
    const {message, next, details, cause} = error;
    return error.code === 'USAGE' && next === CODES.USAGE.next
      ? new AosError('USAGE', message, {next: help, details, cause})
      : error;
  }
  // oclif's own errors are all about the command line.
  if (error instanceof Errors.CLIError)
    return new AosError('USAGE', usageMessage(error, flags), {next: help});
  return new AosError('BUG', errorText(error), {cause: error});
}

/** A text with ASCII signs alone where that is wanted. */
export function forPeople(text: string, ascii: boolean): string {
  return ascii ? asciiText(text) : text;
}

/** Its first word in the colour of what is wrong; the word says the same. */
function painted(text: string, color: boolean): string {
  return text.replace(/^Error:/, (word) => palette(color)('fail', word));
}

export function writeLine(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text}\n`);
}
