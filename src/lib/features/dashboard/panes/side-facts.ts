import {age, clockTime} from '../model/ages.ts';
import {clipLine, joinFitting, shown, span, type Line} from '../model/line.ts';
import {OUTAGE_CAUSES} from '../../../foundation/text/words.ts';
import type {WorkFacts} from '../../../node/events/events.ts';
import {isoTime} from '../../../foundation/time/time.ts';
import type {Scene} from './scene.ts';

/** Draws the second column of a wide screen: the figures of this run. */
export function runLines({data, now}: Scene, width: number): Line[] {
  const {view} = data;
  const {node, counters, load} = view;
  const since = (at: number | null): string => (at === null ? '?' : `${age(now - at)} ago`);
  return [
    [
      span('RUN', 'title'),
      span(
        node === null
          ? ''
          : `  aos ${shown(node.version, 30)}${data.peer === null ? '' : `, pid ${data.peer.pid}`}`,
      ),
    ],
    joinFitting(
      [
        [span(`received ${counters.received}, ${since(view.lastReceivedAt)}`)],
        [span(`duplicates ${counters.duplicates}`, 'dim')],
      ],
      width,
    ),
    joinFitting(
      [
        [span(`accepted ${counters.accepted}, ${since(view.lastAcceptedAt)}`)],
        [span(`resent ${counters.resent}`, 'dim')],
      ],
      width,
    ),
    joinFitting(
      [
        [span(`failed ${counters.failed}`)],
        ...(counters.unanswered === 0 ? [] : [[span(`unanswered ${counters.unanswered}`, 'fail')] as Line]),
        [span(`rejected frames ${counters.rejected}`)],
      ],
      width,
    ),
    load === null
      ? [span('in progress '), span('?', 'unknown')]
      : joinFitting(
          [
            [span(`in progress ${load.inProgress}, waiting ${load.pending}`)],
            [span(`${age(now - load.at)} ago`, 'dim')],
          ],
          width,
        ),
    ...(view.work === null ? [] : [workLine(view.work, now, width)]),
  ];
}

/** Returns how old the oldest open job is, and how often jobs come. */
function workLine({oldestOpenAt, usualGapMs, refused}: WorkFacts, now: number, width: number): Line {
  const oldest = oldestOpenAt === null ? 'none open' : `oldest open ${age(now - oldestOpenAt)}`;
  return joinFitting(
    [
      [span(oldest)],
      ...(refused === 0 ? [] : [[span(`not taken ${refused}`, 'warn')]]),
      ...(usualGapMs === null ? [] : [[span(`one every ${age(usualGapMs)}`, 'dim')]]),
    ],
    width,
  );
}

/** Draws the third column of a very wide screen: outages, newest first. */
export function outageLines({data, now}: Scene, width: number, rows: number): Line[] {
  const {liveness} = data.view;
  const head: Line = [span('OUTAGES', 'title')];
  if (liveness === null) return [head, [span('?', 'unknown')]];
  if (liveness.outages.length === 0) return [head, [span('none recorded', 'dim')]];
  const lines = liveness.outages
    .slice(0, Math.max(0, rows - 1))
    .map(({start, end, durationMs, cause, overAllowance}): Line => {
      const lasted = end === null ? now - start : durationMs;
      const when = `${isoTime(start).slice(5, 10)} ${clockTime(start).slice(0, 5)}`;
      const why = end === null ? `now: ${OUTAGE_CAUSES[cause]}` : OUTAGE_CAUSES[cause];
      return clipLine(
        [
          span(when),
          span(` ${age(lasted).padStart(6)} `, overAllowance ? 'fail' : 'plain'),
          span(why, end === null ? 'fail' : 'dim'),
        ],
        width,
      );
    });
  return [head, ...lines];
}
