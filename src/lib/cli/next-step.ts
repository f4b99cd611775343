import {COMMANDS} from '../foundation/next-step/commands.ts';
import {isNextStep, type NextStep, type RenderNext} from '../foundation/next-step/next-step.ts';
import {shellArgument} from '../foundation/text/shell-word.ts';

/**
 * Renders a next step as text; its command can be pasted into a shell.
 *
 * @param config the `--config` of the user; a command with that flag repeats it
 * @example renderNext(run('signer check', [], 'Start Web3Signer, then'), {config: 'my node.yaml'})
 *   // Start Web3Signer, then: aos signer check -c 'my node.yaml'
 */
export function renderNext({say, run}: NextStep, {config}: {config?: string | undefined} = {}): string {
  if (run === undefined) return say;
  const {command, args = []} = run;
  const takesFile =
    command !== '' && COMMANDS[command].takesConfig && !args.some((arg) => NAMES_NO_FILE.has(arg));
  const file = config === undefined || config === '' || !takesFile ? [] : ['-c', config];
  const line = ['aos', ...(command === '' ? [] : [command]), ...[...file, ...args].map(shellArgument)].join(
    ' ',
  );
  return say === '' ? line : `${say}: ${line}`;
}

/** Arguments that exclude the file: they name it, or the command does not read it (`init --from` would write over it). */
const NAMES_NO_FILE: ReadonlySet<string> = new Set(['-c', '--config', '--help', '--devnet', '--from']);

/** Replaces every next step in a value, at any depth, by its text, for `--json`. */
export function withNextText(value: unknown, next: RenderNext): unknown {
  if (isNextStep(value)) return next(value);
  if (Array.isArray(value)) return value.map((item) => withNextText(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNextText(item, next)]));
}
