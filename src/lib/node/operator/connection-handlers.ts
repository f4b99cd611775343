import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {Inbox} from './inbox.ts';
import type {ConnectionHandlers} from './ports.ts';
import {refusedError} from './refusal-step.ts';
import type {Session} from './session.ts';

/** What is done about all that the connection tells. */
export function connectionHandlers(deps: {
  session: Pick<Session, 'opened' | 'closed'>;
  inbox: Pick<Inbox, 'take'>;
  probed: () => void;
  emit: Emit;
  health: Health;
}): ConnectionHandlers {
  const {session, inbox, emit, health} = deps;
  return {
    onOpen: () => session.opened(),
    onFrame(bytes) {
      try {
        inbox.take(bytes);
      } catch (error) {
        // A bug of ours: the frame is lost, the node is not.
        emit({type: 'warning', code: 'BUG', message: `a frame could not be read: ${errorText(error)}`});
      }
    },
    onPing: () => deps.probed(),
    onClose(reason, retryInMs, refusal, next) {
      const isReported = session.closed();
      if (retryInMs === undefined) return;
      emit({type: 'disconnected', reason, retryInMs, ...(refusal === null ? {} : {refusal})});
      // One problem for one end: the session knows more about an end of its own.
      if (isReported) return;
      const failure =
        refusal === null
          ? new AosError('DISPATCHER_UNREACHABLE', reason, next === undefined ? {} : {next})
          : refusedError(refusal, reason);
      health.failed('dispatcher', failure);
    },
  };
}
