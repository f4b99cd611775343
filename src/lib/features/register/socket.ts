import {run} from '../../foundation/next-step/next-step.ts';
import {sameSocket} from '../../foundation/text/same-socket.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {AvsState} from '../../peers/chain/flows/flow.ts';
import {readSocket} from '../../peers/chain/flows/socket.ts';
import type {Socket} from '../../peers/chain/flows/registration-types.ts';
import {fail, ok, unknown, warn, type Precondition} from '../../peers/chain/precondition.ts';
import type {Sight} from './sight.ts';

/** The socket that the chain has of a registered operator; `none` in a flow without one. @throws AosError as {@link Chain.read} */
export function socketOnChain({place, state}: Sight): Promise<Socket> {
  if (!state.takesSocket || state.known !== true) return Promise.resolve({state: 'none'});
  return readSocket(place, state.operatorId);
}

/** Whether a registered operator is to be reached elsewhere than the chain says. */
export function isOtherSocket(onChain: Socket, configured: string | null): boolean {
  if (configured === null || onChain.state === 'unknown') return false;
  return onChain.state === 'none' || !sameSocket(onChain.value, configured);
}

/**
 * What others reach the node at: a registration without one could be sent, and would name no place. None in a flow whose
 * registry keeps no sockets.
 */
export function socketCheck(
  {takesSocket, known, registered}: AvsState,
  configured: string | null,
  onChain: Socket,
): Precondition[] {
  if (!takesSocket) return [];
  const [id, needed] = ['socket', 'what others reach this node at'];
  if (known !== true || !registered) {
    if (configured !== null) return [ok(id, safeText(configured), needed)];
    return [
      fail(
        id,
        'none',
        needed,
        run('register', ['--socket', 'URL'], 'Set net.outer_url, or chain.socket; or name it once'),
      ),
    ];
  }
  if (onChain.state === 'unknown') return [{...unknown(id, onChain.why, needed), state: 'warn'}];
  const now = onChain.state === 'none' ? 'none on chain' : `${safeText(onChain.value)} on chain`;
  if (configured === null || !isOtherSocket(onChain, configured))
    return [ok(id, now, configured === null ? needed : safeText(configured))];
  return [warn(id, now, safeText(configured), run('register', [], 'Send the new one'))];
}
