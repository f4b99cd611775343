import {pauseText} from '../peers/chain/rpc/failure-error.ts';
import type {RpcPause, RpcWatch} from '../peers/chain/rpc/watch.ts';
import type {Time} from '../foundation/time/time.ts';

/** Where the sign is drawn. */
export type SignScreen = {show(text: string): void; clear(): void};

/** A wait that is over sooner needs no sign. */
const AFTER_MS = 500;

/**
 * A sign of life: when a command has waited for an RPC for half a second, it says for which, and why. It goes when nothing
 * is waited for.
 */
export function createRpcSign(screen: SignScreen, time: Pick<Time, 'after'>): RpcWatch {
  const asked = new Map<symbol, string>();
  const pauses = new Map<symbol, RpcPause>();
  let cancel: (() => void) | null = null;
  let isShown = false;

  const text = (): string => {
    const [pause] = [...pauses.values()].reverse();
    if (pause !== undefined)
      return `waiting for ${pause.endpoint}: ${pauseText(pause.kind)}, next try in ${Math.ceil(pause.ms / 1000)} s`;
    const [endpoint = 'the RPC'] = asked.values();
    return `waiting for ${endpoint}`;
  };

  function changed(): void {
    if (asked.size + pauses.size === 0) {
      cancel?.();
      cancel = null;
      if (isShown) screen.clear();
      isShown = false;
    } else if (isShown) screen.show(text());
    else
      cancel ??= time.after(AFTER_MS, () => {
        isShown = true;
        screen.show(text());
      });
  }

  function during<T>(waits: Map<symbol, T>, what: T): () => void {
    const id = Symbol('wait');
    waits.set(id, what);
    changed();
    return () => {
      waits.delete(id);
      changed();
    };
  }

  return {
    asking: (endpoint) => during(asked, endpoint),
    pausing: (pause) => during(pauses, pause),
  };
}
