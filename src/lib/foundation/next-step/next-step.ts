import {type CommandId, COMMANDS} from './commands.ts';

/**
 * A next step as a value: a renderer makes its text for people and for JSON, and adds `-c FILE`. A command that does not
 * exist does not compile.
 */
export type NextStep = {
  /** The step in words, without the command; '' when the command is enough. */
  readonly say: string;
  /** The command of aos ('' is `aos` itself), with its arguments unquoted. */
  readonly run?: {readonly command: CommandId | ''; readonly args?: readonly string[]};
};

/** Renders a next step as text, with the configuration file that the user named by hand. */
export type RenderNext = (step: NextStep) => string;

/** Makes a next step of words alone. */
export const say = (words: string): NextStep => ({say: words});

/**
 * Makes a next step with a command of aos.
 *
 * @example run('status')                             // aos status
 * @example run('job list', ['--state', 'failed'])    // aos job list --state failed
 * @example run('signer check', [], 'Start Web3Signer, then')   // Start Web3Signer, then: aos signer check
 */
export const run = (command: CommandId | '', args: readonly string[] = [], words = ''): NextStep => ({
  say: words,
  run: args.length === 0 ? {command} : {command, args},
});

/** Whether a value of a report is a next step. */
export function isNextStep(value: unknown): value is NextStep {
  return (
    typeof value === 'object' &&
    value !== null &&
    'say' in value &&
    typeof value.say === 'string' &&
    Object.keys(value).every((key) => key === 'say' || key === 'run')
  );
}

const isCommand = (text: string): text is CommandId | '' => text === '' || Object.hasOwn(COMMANDS, text);

/** Returns the step to the help of a command or a topic; of `aos` itself for ''. */
export function helpOf(words: string): NextStep {
  return isCommand(words) ? run(words, ['--help']) : run('', [...words.split(' '), '--help']);
}

/** Reads a next step of another process; a command that this version does not have becomes words. */
export function toNextStep(
  value: string | {say: string; run?: {command: string; args: string[]} | undefined},
): NextStep {
  if (typeof value === 'string') return say(value);
  if (value.run === undefined) return say(value.say);
  const {command, args} = value.run;
  return isCommand(command)
    ? run(command, args, value.say)
    : say([value.say, command, ...args].join(' ').trim());
}
