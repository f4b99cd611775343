import type {Config} from '../../config/config.ts';
import type {ListStyle} from '../../cli/check-list.ts';
import {renderNext} from '../../cli/next-step.ts';
import {palette} from '../../cli/palette.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {answerRegister, registerOptions} from '../register/register-command.ts';

/** How a report looks within an error. */
const PLAIN: ListStyle = {paint: palette(false), ascii: false, width: 100, next: (step) => renderNext(step)};

/** The defaults of `aos register`, without prompts. */
const FLAGS = {
  yes: true,
  'no-input': true,
  'dry-run': false,
  calldata: false,
  expiry: 3_600_000,
  confirmations: 1,
  wait: 60_000,
} as const;

/**
 * What `aos register --yes` does, for the operator of `aos run --devnet`: a node at work is a registered one.
 * @param dispatcher base URL of the dispatcher's HTTP API
 * @param note says a line on stderr
 * @returns false when it was stopped meanwhile
 * @throws AosError DEVNET_FAILED with the report when it could not be registered
 */
export async function registerOnDevnet(
  config: Config,
  dispatcher: string,
  {stop, note}: {stop: AbortSignal; note: (line: string) => void},
): Promise<boolean> {
  const talk = {canAsk: false, signal: stop, note: () => {}, show: () => {}};
  const {exitCode, text} = await answerRegister(
    config,
    registerOptions(config, {...FLAGS, dispatcher}, talk),
    PLAIN,
  ).catch((error: unknown) => {
    if (stop.aborted) return {exitCode: EXIT.pending, text: ''};
    throw error;
  });
  if (stop.aborted) return false;
  if (exitCode !== EXIT.ok)
    throw new AosError('DEVNET_FAILED', `the devnet's operator could not be registered:\n${text}`);
  note('registered: EigenLayer operator, BLS key, AVS, dispatcher, range (aos status, aos slashing-history)');
  return true;
}
