import {COMMANDS} from '../foundation/next-step/commands.ts';
import {isNextStep, type NextStep, type RenderNext} from '../foundation/next-step/next-step.ts';
import {shellWord} from '../foundation/text/shell-word.ts';

/**
 * A next step as text, its command so that it can be pasted into a shell.
 *
 * @param config the configuration file that the user named by hand; a command that takes one gets it by `-c`
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

/** Arguments beside which the file is not put in: it is there already, or is not read. */
const NAMES_NO_FILE: ReadonlySet<string> = new Set(['-c', '--config', '--help', '--devnet']);

/** An option needs no quotes as an option; a text that only looks like one does not get here. */
const shellArgument = (text: string): string => (/^--?[a-z][a-z-]*$/.test(text) ? text : shellWord(text));

/** The same value with every next step in it, at any depth, as text: what `--json` prints. */
export function withNextText(value: unknown, next: RenderNext): unknown {
  if (isNextStep(value)) return next(value);
  if (Array.isArray(value)) return value.map((item) => withNextText(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNextText(item, next)]));
}
