/**
 * Jobs that stop and come again only with another `connect`: the published HEAD sends jobs to the connection that sent
 * `connect` last, so another operator of the node_id takes them without an end of ours.
 */
export type LostChannel = {
  connected(at: number): void;
  /** `connect` was sent again because no job came. */
  repeated(at: number): void;
  /** A job came. @returns how often the jobs were lost lately, when it is the first after another `connect`; else 0 */
  jobCame(at: number): number;
};

/** So many usual gaps without a job are no accident, and the job after `connect` comes within so many. */
const QUIET_GAPS = 20;
const SOON_GAPS = 5;
/** Gaps that say what is usual. */
const GAPS = 50;
const FEWEST_GAPS = 10;
/** A dispatcher that notices the end of an old connection late forgets the new one too, once. */
const OWN_RECONNECT_MS = 10 * 60_000;
const LATELY_MS = 6 * 3_600_000;
export const LOST_IS_MANY = 2;

/** Times are monotonic, ms. */
export function createLostChannel(): LostChannel {
  let gaps: number[] = [];
  let lastJob: number | null = null;
  let connectedAt = -Infinity;
  /** When `connect` was sent again first since the last job. */
  let repeatedAt: number | null = null;
  let lost: number[] = [];

  function isLoss(at: number): boolean {
    const usual = median(gaps);
    if (usual === null || lastJob === null || repeatedAt === null) return false;
    const isAlone = lastJob - connectedAt > OWN_RECONNECT_MS;
    return isAlone && repeatedAt - lastJob > QUIET_GAPS * usual && at - repeatedAt <= SOON_GAPS * usual;
  }

  return {
    connected(at) {
      connectedAt = at;
      repeatedAt = null;
      lastJob = null;
    },
    repeated(at) {
      repeatedAt = at;
    },
    jobCame(at) {
      const found = isLoss(at);
      if (found) lost = [...lost.filter((when) => at - when <= LATELY_MS), at].slice(-GAPS);
      else if (lastJob !== null && repeatedAt === null) gaps = [...gaps, at - lastJob].slice(-GAPS);
      lastJob = at;
      repeatedAt = null;
      return found ? lost.length : 0;
    },
  };
}

function median(values: readonly number[]): number | null {
  if (values.length < FEWEST_GAPS) return null;
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
