/**
 * received → selected → concluded → signed → accepted, skipping `selected` where no worker is needed.
 * `unanswered`: selected, and no worker answered within the deadline; an answer that comes later still concludes it.
 * `expired`: never accepted within the retention.
 */
export const JOB_STATES = [
  'received',
  'selected',
  'unanswered',
  'concluded',
  'signed',
  'accepted',
  'expired',
] as const;

export type JobState = (typeof JOB_STATES)[number];

/** States of a job that waits for its acceptance. */
export const OPEN_STATES: readonly JobState[] = ['received', 'selected', 'concluded', 'signed'];

/** How the content of an answer came about. */
export const JOB_OUTCOMES = ['answered', 'unselected', 'unsupported', 'invalid', 'failed'] as const;

export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/**
 * What happens to a job whose answer is held, until its deadline: nothing; the same answer is checked again after a while,
 * and at the next start; or a worker is asked again, which counts as an attempt, and the answer stays held meanwhile.
 */
export const HELD_THEN = ['wait', 'check_again', 'ask_again'] as const;

export type HeldThen = (typeof HELD_THEN)[number];
