import {AosError} from '../foundation/errors/error.ts';
import {run} from '../foundation/next-step/next-step.ts';

/** What a command line of the published operator means here. */
export type TranslatedArgs = {
  /** The command line of aos; null: there is nothing to do. */
  args: string[] | null;
  /** What is left out, in one line; null: nothing. */
  note: string | null;
};

type ReferenceFlag = {short: string; long: string};

const INIT: ReferenceFlag = {short: '-i', long: '--init_pg'};
const ACCOUNT: ReferenceFlag = {short: '-k', long: '--eth_account'};

const NO_DATABASE =
  'operator-runer is aos here: -i/--init_pg does nothing, because aos makes its journal by itself and needs no database';

/**
 * The published operator's command line (`operator-runer -i PG`, then `operator-runer -c ./config.yaml`, as its start
 * script has them) as one of aos.
 * @throws AosError USAGE with the equivalent of aos, for the flag that makes a key
 */
export function translateReferenceArgs(argv: readonly string[]): TranslatedArgs {
  if (argv.includes('--version') || argv.includes('-V')) return {args: ['--version'], note: null};
  if (argv.includes('--help') || argv.includes('-h')) return {args: ['run', '--help'], note: null};
  if (argv.some((arg) => isFlag(arg, ACCOUNT)))
    throw new AosError('USAGE', 'operator-runer is aos run here; it does not take -k/--eth_account', {
      next: run('signer check', [], 'Make the key in Web3Signer and set node.signer_key to its URL; then'),
    });
  const rest = withoutInit(argv);
  if (rest.length === argv.length) return {args: ['run', ...argv], note: null};
  const isOnlyInit = rest.every((arg) => arg === '--json' || arg === '--quiet');
  return {args: isOnlyInit ? null : ['run', ...rest], note: NO_DATABASE};
}

/** All but the flag that makes the database; its value may contain a password, and is shown nowhere. */
function withoutInit(argv: readonly string[]): string[] {
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at] ?? '';
    if (!isFlag(arg, INIT)) rest.push(arg);
    else if ((arg === INIT.short || arg === INIT.long) && argv[at + 1]?.startsWith('-') === false) at += 1;
  }
  return rest;
}

/** True for `-i`, `-iVALUE`, `--init_pg` and `--init_pg=VALUE`. */
function isFlag(arg: string, {short, long}: ReferenceFlag): boolean {
  return arg === long || arg.startsWith(`${long}=`) || (arg.startsWith(short) && !arg.startsWith('--'));
}
