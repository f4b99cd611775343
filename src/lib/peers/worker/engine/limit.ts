import {linkedAbort} from '../../../foundation/async/abort.ts';
import type {AosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';

/** A signal that ends with the outer one, or after a time with an error of its own. */
export type Limit = {signal: AbortSignal; end: (reason: Error) => void; done: () => void};

/**
 * @param late what it ends with after `ms`, when what had arrived by then is read: an answer that came while this process
 *   was held up is no late one
 */
export function limitOf(
  outer: AbortSignal,
  time: Pick<Time, 'after'>,
  {ms, late}: {ms: number; late: () => AosError},
): Limit {
  const {controller, unlink} = linkedAbort(outer);
  let turn: NodeJS.Immediate | undefined;
  const cancel = time.after(ms, () => {
    turn = setImmediate(() => controller.abort(late()));
  });
  return {
    signal: controller.signal,
    end: (reason) => controller.abort(reason),
    done() {
      cancel();
      clearImmediate(turn);
      unlink();
    },
  };
}
