import {type CommandId, COMMANDS} from './commands.ts';

/**
 * The one next thing to type or do, as a value: it is rendered once for people and once for JSON, and the renderer puts
 * `-c FILE` in. A command that does not exist does not compile.
 */
export type NextStep = {
  /** What to do, in words, without the command; '' when the command alone says it. */
  readonly say: string;
  /** The command of ours to type ('' is `aos` itself), its arguments as the shell would get them. */
  readonly run?: {readonly command: CommandId | ''; readonly args?: readonly string[]};
};

/** Renders a next step as text, with the configuration file that the user named by hand. */
export type RenderNext = (step: NextStep) => string;

/** A next step in words alone. */
export const say = (words: string): NextStep => ({say: words});

/**
 * A next step that is a command of ours.
 *
 * @example run('status')                             // aos status
 * @example run('job list', ['--state', 'failed'])    // aos job list --state failed
 * @example run('signer check', [], 'Start Web3Signer, then')   // Start Web3Signer, then: aos signer check
 */
export const run = (command: CommandId | '', args: readonly string[] = [], words = ''): NextStep => ({
  say: words,
  run: args.length === 0 ? {command} : {command, args},
});

/** True for a next step among the values of a report. */
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

/** The help of a command or a topic, by its words; of `aos` itself for ''. */
export function helpOf(words: string): NextStep {
  return isCommand(words) ? run(words, ['--help']) : run('', [...words.split(' '), '--help']);
}

/** A next step that another process wrote; one of its commands that this version does not have becomes words. */
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
