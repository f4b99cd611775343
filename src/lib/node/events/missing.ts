/** A selected job that has had no answer for so long is an alert as heavy as an outage. */
export const MISSING_AFTER_MS = 30 * 60_000;
/** For so long a job that was left without an answer is one. */
export const UNANSWERED_FOR_MS = 24 * 3_600_000;
