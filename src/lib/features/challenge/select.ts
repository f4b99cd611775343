import {type Clock} from '../../protocol/clock/vlc.ts';
import {isAboutJob, type Reading} from '../../protocol/clock/readings.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {isJsonObject, parseJson} from '../../protocol/wire/json.ts';
import {readDispatchElement} from '../../protocol/wire/messages.ts';
import type {JobRecord} from '../../node/journal/records.ts';
import {clockFromWire} from '../../protocol/wire/clock-field.ts';

/** Why a job belongs to a clock number. */
export type Match = 'job clock' | 'answer clock' | 'clock reading';

export type SelectedJob = {job: JobRecord; matches: readonly Match[]};

/** The rule in the help and in every manifest. */
export const SELECTION =
  'A job belongs to a clock number when the clock of its message, or the clock of its answer, has that counter for any clock id, or when it is the own counter of this node in a reading about the job. All matching jobs are gathered.';

const MAX_COUNTER = 2n ** 32n - 1n;

/** Converts the clock number of a challenge (uint256) to a counter of a clock (u32); null when it is too large. */
export function counterOf(clockNumber: bigint): number | null {
  return clockNumber >= 0n && clockNumber <= MAX_COUNTER ? Number(clockNumber) : null;
}

/**
 * Yields those of `jobs` that belong to a counter, in their order.
 * @param ownReadings readings with it as the node's own counter
 */
export function* selectJobs(
  jobs: Iterable<JobRecord>,
  counter: number,
  ownReadings: readonly Reading[],
): Generator<SelectedJob> {
  const jobIds = new Set(ownReadings.filter(isAboutJob).map(({ref}) => ref));
  for (const job of jobs) {
    const matches: Match[] = [];
    if (hasCounter(jobClockOf(job.element), counter)) matches.push('job clock');
    if (hasCounter(answerClockOf(job.content), counter)) matches.push('answer clock');
    if (jobIds.has(job.key.jobId)) matches.push('clock reading');
    if (matches.length > 0) yield {job, matches};
  }
}

/** The clock that came with a job; null for one that is packed, or that this version cannot read. */
function jobClockOf(element: string | null): Clock | null {
  if (element === null) return null;
  try {
    return readDispatchElement(parseJson(Buffer.from(element)).value, 'params').clock;
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function answerClockOf(content: string | null): Clock | null {
  if (content === null) return null;
  try {
    const {value} = parseJson(Buffer.from(content));
    const clock = isJsonObject(value) ? value.get('clock') : undefined;
    return clock === undefined ? null : clockFromWire(clock);
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}

function hasCounter(clock: Clock | null, counter: number): boolean {
  return clock !== null && [...clock.values()].includes(counter);
}
