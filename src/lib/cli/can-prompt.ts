/**
 * Whether a person can be asked (docs/architecture.md#commands): stdin and stderr are terminals, and neither `--json`,
 * `--no-input` nor CI says that nobody is there.
 */
export function canPrompt(
  {json, noInput}: {json: boolean; noInput: boolean},
  env: NodeJS.ProcessEnv,
  streams: {stdin: {isTTY?: boolean}; stderr: {isTTY?: boolean}},
): boolean {
  const ci = env['CI'] ?? '';
  const nobody = json || noInput || (ci !== '' && ci !== '0' && ci !== 'false');
  return !nobody && streams.stdin.isTTY === true && streams.stderr.isTTY === true;
}
