import {expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {MissingAnswers, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {watchMissing} from '../../../../src/lib/node/operator/missing-watch.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const MINUTE = 60_000;

it('reports the jobs without an answer when they change, from their thirtieth minute on, until they have one', async () => {
  const time = virtualTime();
  const end = new AbortController();
  const events: OperatorEventBody[] = [];
  const receivedAt = time.now();
  let answered = false;
  let damaged = false;
  const done = watchMissing({
    journal: {
      withoutAnswer: (waitingSince, leftSince) => {
        expect(waitingSince - leftSince).toBe(24 * 60 * MINUTE - 30 * MINUTE);
        if (damaged) throw new AosError('JOURNAL_UNREADABLE', 'disk I/O error');
        const waits: MissingAnswers = {kind: 'opml', waiting: 1, unanswered: 0, oldestAt: receivedAt};
        return !answered && receivedAt < waitingSince ? [waits] : [];
      },
    },
    time,
    emit: (event) => events.push(event),
    signal: end.signal,
  });
  await time.advance(30 * MINUTE);
  expect(events).toEqual([]);
  await time.advance(30 * MINUTE);
  expect(events).toMatchObject([{type: 'answers_missing', kinds: [{kind: 'opml', waiting: 1}]}]);
  damaged = true;
  await time.advance(2 * MINUTE);
  damaged = false;
  answered = true;
  await time.advance(MINUTE);
  expect(events.slice(1)).toEqual([{type: 'answers_missing', kinds: []}]);
  end.abort();
  await done;
  expect(time.timers()).toBe(0);
});
