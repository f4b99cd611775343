/** Time between frames in ms: 1 Hz, 4 Hz after a key, 0.2 Hz without focus. */
export const PACE = {quick: 250, normal: 1_000, idle: 5_000} as const;
const QUICK_FOR_MS = 5_000;
const IDLE_AFTER_MS = 10 * 60_000;
/** Time between two frames after keys, in ms. */
export const KEY_PACE_MS = 40;

/** Returns the time to the next frame in ms. @param sinceKeyMs time since the last key, or since the start */
export function paceOf({
  sinceKeyMs,
  pressed,
  focused,
}: {
  sinceKeyMs: number;
  pressed: boolean;
  focused: boolean;
}): number {
  if (!focused || sinceKeyMs >= IDLE_AFTER_MS) return PACE.idle;
  return pressed && sinceKeyMs < QUICK_FOR_MS ? PACE.quick : PACE.normal;
}
