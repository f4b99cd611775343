import {createHash} from 'node:crypto';
import type {OpmlCallback} from '../../protocol/wire/messages.ts';
import type {Emit} from '../events/events.ts';

/**
 * Compares the state roots of answers: a worker gives the same one for the same model and prompt, whatever it answers
 * (docs/protocol.md#workers), so another one says that its program or its model file has changed.
 */
export type RootWatch = {
  /** Takes what a worker answered. */
  see(answer: Pick<OpmlCallback, 'model' | 'prompt' | 'state_root'>): void;
};

/** Of so many different requests the root is remembered, the latest. */
const MOST = 1_000;
/** Of a root so much is kept and shown; real ones have 66 characters. */
const LONGEST = 80;

export function createRootWatch({emit}: {emit: Emit}): RootWatch {
  /** By what was asked, the request seen last at the end. */
  const roots = new Map<string, string>();

  return {
    see({model, prompt, state_root}) {
      if (state_root === '') return;
      const root = state_root.slice(0, LONGEST);
      const asked = createHash('sha256')
        .update(JSON.stringify([model, prompt]))
        .digest('base64');
      const before = roots.get(asked);
      if (before !== undefined && before !== root) {
        // All others are of the same worker as it was: the change is reported once.
        roots.clear();
        emit({
          type: 'warning',
          code: 'STATE_ROOT_DIFFERS',
          message: `the opml worker gave state root ${root} for a model and prompt that had ${before} before`,
        });
      }
      roots.delete(asked);
      roots.set(asked, root);
      const [oldest] = roots.keys();
      if (roots.size > MOST && oldest !== undefined) roots.delete(oldest);
    },
  };
}
