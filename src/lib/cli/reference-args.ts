import {AosError} from '../foundation/errors/error.ts';
import {run, say} from '../foundation/next-step/next-step.ts';

/** Flags that only the reference operator has, with the equivalent of aos. */
const ELSEWHERE = [
  {short: '-i', long: '--init_pg', way: say('Leave it out: the operator makes its journal by itself.')},
  {
    short: '-k',
    long: '--eth_account',
    way: run('signer check', [], 'Make the key in Web3Signer and set node.signer_key to its URL; then'),
  },
] as const;

/**
 * Translates the reference operator's command line (`operator-runer -c ./config.yaml`) into one of aos.
 * @throws AosError USAGE with the equivalent of aos, for a flag that only the reference operator has
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
      // The value may contain a database password, so the error names only the flag.
      throw new AosError(
        'USAGE',
        `operator-runer is aos run here; it does not take ${flag.short}/${flag.long}`,
        {next: flag.way},
      );
    }
  }
  return ['run', ...argv];
}
