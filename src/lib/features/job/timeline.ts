import {isoTime} from '../../foundation/time/time.ts';
import type {CheckState} from '../../node/journal/verdicts.ts';
import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';

/** What a judgement did, by where the answer is now. */
const CHECKED: Readonly<Record<CheckState, string>> = {
  checking: 'checked',
  held: 'held',
  ok: 'checked',
  not_checked: 'delivered unchecked',
  released: 'released',
};

type TimelineEntry = {what: string; at: string; sincePreviousMs: number; sinceReceivedMs: number};

/** What happened when to a job, in order; selecting has no time of its own. */
export function timelineOf(record: JobDetailRecord): TimelineEntry[] {
  const {receivedAt, requests, checks, concludedAt, delivery, closedAt, state} = record;
  const moments: [string, number | null][] = [
    ['received', receivedAt],
    ...requests.flatMap(({attempt, askedAt, answeredAt, ended, endedAt}): [string, number | null][] => [
      [`asked (attempt ${attempt})`, askedAt],
      [`answered (attempt ${attempt})`, answeredAt],
      [`${ended ?? 'ended'} (attempt ${attempt})`, endedAt],
    ]),
    ...checks.map(({attempt, state, judgedAt}): [string, number | null] => [
      `${CHECKED[state]} (attempt ${attempt ?? '?'})`,
      judgedAt,
    ]),
    ['concluded', concludedAt],
    ['signed', delivery?.at ?? null],
    [state === 'expired' || state === 'unanswered' ? state : 'accepted', closedAt],
  ];
  const known = moments
    .flatMap(([what, at]) => (at === null ? [] : [{what, at}]))
    .sort((a, b) => a.at - b.at);
  return known.map(({what, at}, index) => ({
    what,
    at: isoTime(at),
    sincePreviousMs: at - (known[index - 1]?.at ?? at),
    sinceReceivedMs: at - receivedAt,
  }));
}
