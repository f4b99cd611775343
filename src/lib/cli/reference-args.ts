import {AosError} from '../foundation/errors/error.ts';
import {run, say} from '../foundation/next-step/next-step.ts';

/** The reference operator's other flags (short, long) and the aos way to the same end. */
const ELSEWHERE = [
  {short: '-i', long: '--init_pg', way: say('Leave it out: the operator makes its journal by itself.')},
  {
    short: '-k',
    long: '--eth_account',
    way: run('signer check', [], 'Make the key in Web3Signer and set node.signer_key to its URL; then'),
  },
] as const;

/**
 * The reference operator's command line (`operator-runer -c ./config.yaml`) as an aos one.
 * @throws AosError USAGE naming the aos way for a flag that only the reference has
 */
export function translateReferenceArgs(argv: readonly string[]): string[] {
  if (argv.includes('--version') || argv.includes('-V')) return ['--version'];
  if (argv.includes('--help') || argv.includes('-h')) return ['run', '--help'];
  for (const arg of argv) {
    const flag = ELSEWHERE.find(
      ({short, long}) =>
        arg === long || arg.startsWith(`${long}=`) || (arg.startsWith(short) && !arg.startsWith('--')),
    );
    if (flag !== undefined) {
      // The value may hold a database password: only the flag's name is repeated.
      throw new AosError(
        'USAGE',
        `operator-runer is aos run here; it does not take ${flag.short}/${flag.long}`,
        {next: flag.way},
      );
    }
  }
  return ['run', ...argv];
}
