import type {CommandId} from './command-id.ts';

/**
 * The one next thing to type or do, as a value: it is rendered once for people and once for JSON, and the renderer puts
 * `-c FILE` in. A command that does not exist does not compile.
 */
export type NextStep = {
  /** What to do, in words, without the command; '' when the command alone says it. */
  say: string;
  /** The command of ours to type, its arguments as the shell would get them. */
  run?: {command: CommandId; args?: readonly string[]};
};

/** A next step in words alone. */
export const say = (words: string): NextStep => ({say: words});

/**
 * A next step that is a command of ours.
 *
 * @example run('status')                             // aos status
 * @example run('job list', ['--state', 'failed'])    // aos job list --state failed
 * @example run('signer check', [], 'Start Web3Signer, then')   // Start Web3Signer, then: aos signer check
 */
export const run = (command: CommandId, args: readonly string[] = [], words = ''): NextStep => ({
  say: words,
  run: args.length === 0 ? {command} : {command, args},
});
