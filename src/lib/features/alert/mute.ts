import {AosError, errorText} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {duration} from '../../foundation/time/duration.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {endMute, readMute, writeMute} from '../../node/alerts/mute.ts';

/** Until when alerts are muted, RFC 3339. */
export type AlertMute = {
  /** Null: they are not muted. */
  mutedUntil: string | null;
  /** The mute that this command ended or replaced; null: there was none. */
  before: string | null;
};

/**
 * Mutes alerts for a time, or ends that. An operator that runs sees it within 15 seconds, one that starts later at once.
 * @param forMs null: ends the mute
 * @throws AosError ALERT_MUTE_FAILED
 */
export function muteAlerts(dir: string, forMs: number | null, now: number): AlertMute {
  const before = readMute(dir, now);
  try {
    if (forMs === null) endMute(dir);
    else writeMute(dir, {since: now, until: now + forMs});
  } catch (error) {
    throw new AosError('ALERT_MUTE_FAILED', `${safeText(dir)} takes no file: ${errorText(error)}`, {
      cause: error,
      next: say(`Run it as the user of the operator, or as root: ls -ld ${safeText(dir)}`),
    });
  }
  return {
    mutedUntil: forMs === null ? null : isoTime(now + forMs),
    before: before === null ? null : isoTime(before.until),
  };
}

/** What that means, for people. */
export function muteText({mutedUntil, before}: AlertMute, forMs: number | null): string {
  if (mutedUntil === null || forMs === null)
    return before === null
      ? 'Alerts were not muted.'
      : `Alerts go out again; they were muted until ${before}.`;
  return [
    `Alerts are muted for ${duration(forMs)}, until ${mutedUntil}.`,
    'Still sent: offline, challenges, slashes, penalties, signs of a second operator, and every recovery.',
    'What is wrong then and still lasts is sent at the end.',
  ].join('\n');
}
