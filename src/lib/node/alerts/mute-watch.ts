import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEvent} from '../events/events.ts';

/** Reports to the operator's event stream that alerts are muted, and that they are not any more. */
export type MuteWatch = {
  /** Takes the operator's events; never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  close(): void;
};

/** How long a mute may go unseen by a running operator. */
const LOOK_MS = 15_000;

/** @param deps.mutedUntil until when alerts are muted now, Unix ms; 0: they are not. Must not throw. */
export function watchMute({
  time,
  mutedUntil,
  emit,
}: {
  time: Pick<Time, 'now' | 'after'>;
  mutedUntil: () => number;
  emit: Emit;
}): MuteWatch {
  let seen = 0;
  let cancel = time.after(LOOK_MS, look);

  function look(): void {
    cancel();
    const until = mutedUntil();
    if (until !== seen) emit({type: 'alert_mute', mutedUntil: until === 0 ? null : until});
    seen = until;
    const left = until === 0 ? LOOK_MS : until - time.now();
    cancel = time.after(Math.max(1, Math.min(LOOK_MS, left)), look);
  }

  return {
    onEvent({type}) {
      // The first one: before it the stream takes nothing.
      if (type === 'started') look();
    },
    close: () => cancel(),
  };
}
