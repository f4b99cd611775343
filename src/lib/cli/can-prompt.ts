/**
 * Whether a command may prompt (docs/architecture.md#commands): stdin and stderr are terminals, and neither `--json`,
 * `--no-input` nor CI forbids it.
 */
export function canPrompt(
  {json, noInput}: {json: boolean; noInput: boolean},
  env: NodeJS.ProcessEnv,
  streams: {stdin: {isTTY?: boolean}; stderr: {isTTY?: boolean}},
): boolean {
  const ci = env['CI'] ?? '';
  const noPrompts = json || noInput || (ci !== '' && ci !== '0' && ci !== 'false');
  return !noPrompts && streams.stdin.isTTY === true && streams.stderr.isTTY === true;
}
