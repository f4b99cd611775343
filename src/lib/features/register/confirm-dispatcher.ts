import {registrationText} from '../../peers/dispatcher/rest.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {unanswered} from '../tx/confirm.ts';

/** A registration with a dispatcher before it is signed. */
export type DispatcherRequest = {
  /** Base of its HTTP API. */
  url: string;
  operator: string;
  /** What the dispatcher's own transaction does, such as `sets the range`. */
  effect: string;
};

/** Decides about it; false: nothing is signed. */
export type ConfirmDispatcher = (request: DispatcherRequest) => Promise<boolean>;

/**
 * Shows what a dispatcher gets and asks for it, where there is someone to ask. `--yes` is the answer: the configuration or a flag
 * names the dispatcher, and the message names the operator alone.
 * @throws AosError USAGE where there is no one to ask
 */
export function confirmDispatcherWith({
  yes,
  canAsk,
  signal,
  note,
}: {
  yes: boolean;
  canAsk: boolean;
  /** Ends the question. */
  signal: AbortSignal;
  note: (line: string) => void;
}): ConfirmDispatcher {
  return async ({url, operator, effect}) => {
    const {host} = new URL(url);
    note('register with the dispatcher:');
    note(`  to     ${shownUrl(url)}`);
    note(`  signs  ${safeText(registrationText(operator))} (eth_sign), the key of node_id`);
    note(`  then   its own transaction ${effect}; this operator pays nothing`);
    if (yes) return true;
    if (!canAsk)
      throw new AosError('USAGE', 'nothing is signed without an answer, and there is no terminal to ask at', {
        next: say('Add --yes to register with it, or --dry-run to look only.'),
      });
    // The prompts are loaded for a question only.
    const {askConfirm} = await import('../../cli/prompt.ts');
    try {
      return await askConfirm(`Sign it, and register with ${host}?`, undefined, signal);
    } catch (error) {
      throw unanswered(error, 'nothing was signed for the dispatcher');
    }
  };
}
