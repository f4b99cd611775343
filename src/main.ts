import {existsSync} from 'node:fs';
import {Config, Errors, flush, run} from '@oclif/core';
import {reportError, writeLine} from './lib/cli/report-error.ts';
import {withoutSecrets} from './lib/cli/usage-message.ts';
import {settleColorEnv, typedColor} from './lib/cli/terminal-style.ts';
import {beginsWithFlag, flagsAfterCommand, hasOnlyFlags, refuseOddArguments} from './lib/cli/command-line.ts';
import {unknownCommand} from './lib/cli/unknown-command.ts';
import {AosError, errorText} from './lib/foundation/errors/error.ts';
import {translateReferenceArgs, type TranslatedArgs} from './lib/cli/reference-args.ts';
import {safeText} from './lib/foundation/text/safe-text.ts';
import {COMMANDS} from './lib/foundation/next-step/commands.ts';
import {say} from './lib/foundation/next-step/next-step.ts';

/**
 * Runs one command line.
 * @param root directory of package.json
 */
export async function main(root: string, argv: readonly string[]): Promise<void> {
  // A reader that has gone away is no failure of the command.
  process.stderr.on('error', () => {});
  // In place of oclif's, which throws for a full disk.
  process.stdout.removeAllListeners('error').on('error', onStdoutError);
  settleColorEnv(process.env, typedColor(argv));
  let args = usual(argv);
  process.on('uncaughtException', (error) => endWith(error, args));
  try {
    refuseOddArguments(args, existsSync);
    args = await inOrder(root, args);
    refuseTopicAsJson(args);
    await run(args, root);
    await flush();
  } catch (error) {
    reportError(explain(args, error), {
      json: args.includes('--json'),
      stream: isStream(args),
    });
  }
}

/**
 * Reports an uncaught error and ends the process, because its state is unknown; the next run starts from the journal.
 * The report is printed on 'exit', so it follows buffered output.
 */
function endWith(thrown: unknown, args: readonly string[]): void {
  process.once('exit', () => {
    const error = new AosError('BUG', withoutSecrets(safeText(errorText(thrown))), {
      next: say(
        'Run it again: what was journalled is not lost. Report this error and the lines that begin with "at".',
      ),
    });
    reportError(error, {json: args.includes('--json'), stream: isStream(args)});
    const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
    const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
    if (frames.length > 0) process.stderr.write(`${withoutSecrets(frames.join('\n'))}\n`);
  });
  process.exit(1);
}

function onStdoutError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  const message = `the answer could not be written: ${error.message}`;
  reportError(new AosError('OUTPUT_WRITE_FAILED', message), {json: false});
}

/** A page of help that is about no command; bin/run.cjs answers it from dist/help.json where it can. */
const EXIT_CODES_TOPIC = 'exit-codes';
/** What `aos` without a command is. */
const FIRST_SCREEN = 'guide';

/** Other spellings of help and version that hands are used to. */
function usual(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  if (first === undefined) return [FIRST_SCREEN];
  if (first === 'help' && rest[0] === EXIT_CODES_TOPIC) return ['explain', ...rest];
  if (first === 'help') return [...rest, '--help'];
  if (first === '-V' || first === 'version' || (first === '-v' && rest.length === 0)) return ['--version'];
  const end = argv.indexOf('--');
  return argv.map((arg, index) => (arg === '-h' && (end === -1 || index < end) ? '--help' : arg));
}

/** `operator-runer`: the published operator's command line, answered by `aos run`. */
export async function referenceMain(root: string, argv: readonly string[]): Promise<void> {
  const translated = translate(argv);
  if (translated === null) return;
  const {args, note} = translated;
  if (note !== null && !argv.includes('--quiet')) writeLine(process.stderr, note);
  if (args !== null) await main(root, args);
}

function translate(argv: readonly string[]): TranslatedArgs | null {
  try {
    return translateReferenceArgs(argv);
  } catch (error) {
    reportError(error, {json: argv.includes('--json'), stream: true, help: say('operator-runer --help')});
    return null;
  }
}

/** Commands whose `--json` is NDJSON, also when they are not even found for what follows their name. */
function isStream([first, second]: readonly string[]): boolean {
  return first === 'run' || (first === 'devnet' && second === 'up');
}

/** Turns oclif's "command not found" into our usage error with the nearest command. */
function explain(args: readonly string[], error: unknown): unknown {
  if (!(error instanceof Errors.CLIError) || !/^command .* not found/i.test(error.message)) return error;
  return unknownCommand(args, Object.keys(COMMANDS));
}

/** The help of a topic is no JSON: with `--json` a topic without a command is an error. */
function refuseTopicAsJson(args: readonly string[]): void {
  if (!args.includes('--json') || args.includes('--help')) return;
  const words = args.filter((arg) => !arg.startsWith('-')).join(' ');
  const ids = Object.keys(COMMANDS);
  if (words !== '' && ids.some((id) => id.startsWith(`${words} `))) throw unknownCommand(args, ids);
}

/** Flags before the command are put behind it, where oclif reads them. */
async function inOrder(root: string, args: readonly string[]): Promise<string[]> {
  if (!beginsWithFlag(args) || args[0] === '--version') return [...args];
  const {commands, topics} = await Config.load(root);
  const flags = commands.flatMap((command) => Object.entries(command.flags));
  const namesOf = (type: 'option' | 'boolean'): Set<string> =>
    new Set(
      flags.flatMap(([name, flag]) =>
        flag.type === type ? [name, ...(flag.char === undefined ? [] : [flag.char])] : [],
      ),
    );
  const words = [...commands.map(({id}) => id), ...topics.map(({name}) => name)];
  const valued = namesOf('option');
  const ordered = flagsAfterCommand(args, {
    words: words.map((word) => word.replaceAll(':', ' ')),
    valued,
    bare: namesOf('boolean'),
  });
  if (!beginsWithFlag(ordered)) return ordered;
  if (ordered.includes('--help')) return ['--help'];
  const own = Object.values(commands.find(({id}) => id === FIRST_SCREEN)?.flags ?? {});
  const names = own.flatMap(({name, char = name}) => [name, char, `no-${name}`]);
  if (!hasOnlyFlags(ordered, {names: new Set(names), valued})) throw unknownCommand([], []);
  return [FIRST_SCREEN, ...ordered];
}
