import {Command, Errors, Flags, type Interfaces} from '@oclif/core';
import {type Look, lookOf, typedFlag} from './terminal-style.ts';
import {leaveReaders} from './sinks.ts';
import {CODES} from '../foundation/errors/table.ts';
import {AosError, errorText} from '../foundation/errors/error.ts';
import {errorEnvelope, errorLines, type OutputWarning, resultEnvelope} from './envelope.ts';
import {nearest} from '../foundation/text/nearest.ts';
import {asciiText} from '../foundation/text/ascii.ts';
import {type NamedCommand, renderNext, withConfig, withNextText} from './next-step.ts';
import type {NextStep} from '../foundation/next-step/next-step.ts';
import {jsonLine, safeText} from '../foundation/text/safe-text.ts';
import type {SchemaName} from './schema/names.ts';
import {systemTime} from '../foundation/system/system-time.ts';

declare const AOS_VERSION: string | undefined;

/** The package's version, put in by the build. */
export const version: string = typeof AOS_VERSION === 'undefined' ? '0.0.0-dev' : AOS_VERSION;

export const configFlag = {
  config: Flags.string({
    char: 'c',
    summary: 'Configuration file.',
    description:
      'Else AOS_CONFIG, ./config.yaml, $AOS_HOME/config.yaml (default ~/.config/aos), /etc/aos/config.yaml.',
    helpValue: 'FILE',
    noCacheDefault: true,
  }),
};

/** Flags of every command, the same everywhere. */
const globalFlags = {
  ascii: Flags.boolean({
    summary: 'Draw without Unicode signs.',
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
  quiet: Flags.boolean({summary: 'Say nothing on stderr but errors.', helpGroup: 'GLOBAL'}),
};

/** What a command that answers once returns. */
export type Answer<T> = {
  /** Name of the JSON schema of `result` (docs/json.md), without `aos.` and version. */
  schema: SchemaName;
  exitCode: number;
  result: T;
  /** The same answer for people, printed on stdout without `--json`. */
  text: string;
  warnings?: readonly OutputWarning[];
  nodeId?: string;
  network?: string;
};

/**
 * The one base class. A command returns an {@link Answer}, or nothing when it streams by itself; exit codes,
 * the JSON envelope and the form of errors are the same for all (docs/architecture.md#commands).
 */
export abstract class AosCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = globalFlags;

  /** How what people read looks; known before the flags are parsed, so that errors about them look so too. */
  protected readonly look: Look = lookOf(process.argv, process.env, process);
  readonly #started = systemTime.monotonic();

  /** Prints the answer and sets the exit code. */
  protected give<T>(answer: Answer<T>): void {
    process.exitCode = answer.exitCode;
    const steps = this.nextSteps();
    if (!this.jsonEnabled()) {
      writeLine(process.stdout, forPeople(nextLines(answer.text, steps), this.look.ascii));
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
      answer.exitCode,
      nextFields(withNextText(answer.result, this.next), steps),
      answer.warnings ?? [],
      meta,
    );
    writeLine(process.stdout, jsonLine(envelope, 2));
  }

  /** A line on stderr, unless `--quiet`. */
  protected note(text: string, quiet = false): void {
    if (!quiet) writeLine(process.stderr, forPeople(text, this.look.ascii));
  }

  /** A next step as text, with the configuration file that was named by hand. */
  protected readonly next = (step: NextStep): string =>
    renderNext(step, {config: typedFlag(this.argv, 'config', 'c')});

  /** Puts a configuration file, the one that was named by hand, into commands that are printed as the next step. */
  protected nextSteps(file = typedFlag(this.argv, 'config', 'c')): NextSteps {
    if (file === undefined || file === '') return (text) => text;
    const commands = this.config.commands.map(({id, flags}): NamedCommand => ({
      words: id.replaceAll(':', ' '),
      takesConfig: 'config' in flags,
    }));
    return (text) => withConfig(text, file, commands);
  }

  protected override catch(error: Interfaces.CommandError): Promise<void> {
    const command = `aos ${(this.id ?? '').replaceAll(':', ' ')}`.trim();
    const flags = Object.keys({...this.ctor.baseFlags, ...this.ctor.flags});
    const {look} = this;
    reportError(error, this.jsonEnabled(), command, {
      stream: this.streamsJson(),
      flags,
      look,
      steps: this.nextSteps(),
    });
    return Promise.resolve();
  }

  protected override async finally(): Promise<void> {
    if (this.streamsJson()) await leaveReaders(2_000);
  }

  /** True for a command whose `--json` output is NDJSON: an error is then a last line of type `error`. */
  protected streamsJson(): boolean {
    return false;
  }
}

/** Rewrites commands that are printed as the next step. */
type NextSteps = (text: string) => string;

function forPeople(text: string, ascii: boolean): string {
  return ascii ? asciiText(text) : text;
}

/** The word that says it, in red; its word says it too. */
function painted(text: string, color: boolean): string {
  return color ? text.replace(/^Error:/, '\x1b[1;31mError:\x1b[0m') : text;
}

/** The lines of an answer for people that say what to do next. */
function nextLines(text: string, steps: NextSteps): string {
  return text.replace(/^.*(?:\b(?:next|fix):?|→|->) .*$/gm, steps);
}

/** The `next` and `fix` of a result, at any depth. */
function nextFields(value: unknown, steps: NextSteps): unknown {
  if (Array.isArray(value)) return value.map((item) => nextFields(item, steps));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      (key === 'next' || key === 'fix') && typeof item === 'string' ? steps(item) : nextFields(item, steps),
    ]),
  );
}

/** What may be a private key. */
const SECRETS = [/(?:0x)?[0-9a-f]{32,}/gi, /(?<=:\/\/)[^\s/@]+(?=@)/g];

/** A text that may hold parts of the command line, without keys and passwords of URLs. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, '[not shown]'), text);
}

/** What oclif says over several lines, without its frame. */
function oneLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines
    .filter(
      (line) => line !== '' && !/^(The following errors? occurred:|See more help with --help)$/.test(line),
    )
    .join(' ')
    .replace(/^Parsing --[\w-]+ +(?=--)/, '');
}

/** The flag that a mistyped one most likely means, in words. */
function flagMeant(message: string, flags: readonly string[]): string {
  const typed = /^Nonexistent flag: --([\w-]+)/.exec(message)?.[1];
  const guess = typed === undefined ? null : nearest(typed, flags);
  return guess === null ? '' : `; did you mean --${guess}?`;
}

/** Turns anything thrown into the one kind of error that is shown. */
function asAosError(error: unknown, command: string, flags: readonly string[]): AosError {
  // oclif puts a frame of several lines around what the parser of a flag throws.
  if (error instanceof AosError && error.message.startsWith('Parsing --'))
    return new AosError(error.code, withoutSecrets(oneLine(error.message)), {next: `${command} --help`});
  if (error instanceof AosError) {
    const {message, next, details, cause} = error;
    // The table cannot know which command it was.
    return error.code === 'USAGE' && next === CODES.USAGE.next
      ? new AosError('USAGE', message, {next: `${command} --help`, details, cause})
      : error;
  }
  if (error instanceof Errors.CLIError) {
    // oclif's own errors are all about the command line.
    const told = withoutSecrets(safeText(oneLine(error.message), 300));
    return new AosError('USAGE', `${told}${flagMeant(told, flags)}`, {next: `${command} --help`});
  }
  return new AosError('BUG', errorText(error), {cause: error});
}

/** Shows an error on stderr, or as JSON on stdout, and sets the exit code. */
export function reportError(
  thrown: unknown,
  json: boolean,
  command: string,
  options: {stream?: boolean; flags?: readonly string[]; look?: Look; steps?: NextSteps} = {},
): void {
  const {stream = false, flags = [], steps = (text: string) => text} = options;
  if (thrown instanceof Errors.ExitError) {
    process.exitCode = thrown.oclif.exit ?? 1;
    return;
  }
  const error = asAosError(thrown, command, flags);
  process.exitCode = error.exitCode;
  if (json) {
    const {schema, ...rest} = errorEnvelope(error, steps(error.next)) as {schema: string};
    writeLine(
      process.stdout,
      stream ? jsonLine({type: 'error', schema, ...rest}) : jsonLine({schema, ...rest}, 2),
    );
    return;
  }
  const {ascii, color} = options.look ?? lookOf(process.argv, process.env, process);
  const lines = errorLines(error, steps(error.next));
  writeLine(process.stderr, painted(forPeople(lines.join('\n'), ascii), color('stderr')));
  if (error.code === 'BUG' && thrown instanceof Error && process.env['AOS_DEBUG'] !== undefined) {
    writeLine(process.stderr, thrown.stack ?? '');
  }
}

function writeLine(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text}\n`);
}
