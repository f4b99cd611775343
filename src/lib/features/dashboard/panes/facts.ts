import {cellsOf} from '../../../foundation/text/cells.ts';
import {age, countdown} from '../model/ages.ts';
import {beats, heartbeatOf, type Beat} from '../model/heartbeat.ts';
import {joinFitting, lineCells, shown, span, type Line, type Span} from '../model/line.ts';
import type {ClockText, LivenessFacts} from '../../../node/events/events.ts';
import type {OperatorView, RangeView} from '../../../node/events/view.ts';
import {rangeOfNumbers} from '../../../node/events/range-share.ts';
import {shareOf, sharePercent, shareText} from '../../../protocol/vrf/share.ts';
import {count} from '../../../foundation/text/words.ts';
import {indent, label, LABEL} from './title.ts';
import type {Scene} from './scene.ts';

export const UNKNOWN: Span = span('?', 'unknown');

const BEATS: Readonly<Record<Beat, Span>> = {
  good: span('▁', 'ok'),
  late: span('▃', 'warn'),
  bad: span('▅', 'fail'),
  missed: span('x', 'fail'),
  none: span('·', 'dim'),
};

export const STRIP = 60;

/** Draws the heartbeat: the last probes as a strip, then the figures of the liveness record. */
export function heartbeatLines({data, ui, now}: Scene, width: number): Line[] {
  const {view} = data;
  const places = Math.max(0, Math.min(STRIP, width - LABEL));
  const strip = beats(view, now, places);
  const answered = strip.filter((beat) => beat !== 'missed' && beat !== 'none').length;
  const known = strip.filter((beat) => beat !== 'none').length;
  const share = known === 0 ? '' : ` ${answered}/${known}`;
  const head: Line = [
    ...label('heartbeat', ui),
    ...merged(strip.map((beat) => BEATS[beat])),
    ...(LABEL + places + share.length <= width ? [span(share)] : []),
  ];
  return [head, [...indent(), ...joinFitting(heartbeatParts(view, now), width - LABEL)]];
}

/** Short names of the kinds of probes, so that 80 columns have room for the interval. */
const VIA = {http: 'http', websocket: 'ws'} as const;

/** Returns the figures of the liveness record, the most needed first. */
function heartbeatParts(view: OperatorView, now: number): Line[] {
  const beat = heartbeatOf(view, now);
  const {liveness} = view;
  const last: Line =
    beat.lastAt === null
      ? [span('never probed', 'warn')]
      : [
          span(`probed ${age(now - beat.lastAt)} ago`, beat.offline ? 'fail' : 'plain'),
          span(beat.via === null ? '' : ` by ${VIA[beat.via]}`),
        ];
  const asked: Line[] =
    beat.sources === null
      ? []
      : [[span(`${count(beat.sources.count, 'source')}, last ${shown(beat.sources.last)}`)]];
  const allowance: Line =
    beat.allowanceLeftMs === null
      ? [span('allowance '), UNKNOWN]
      : [span(`allowance ${countdown(beat.allowanceLeftMs)}`, beat.offline ? 'fail' : 'plain')];
  const outages = liveness?.outages ?? [];
  const [latest] = outages;
  const gone: Line =
    latest === undefined
      ? [span(liveness === null ? '' : 'no outage')]
      : [
          span(
            `${outages.length} ${outages.length === 1 ? 'outage' : 'outages'}, ${lasted(latest, now)}`,
            latest.overAllowance ? 'fail' : 'plain',
          ),
        ];
  return [last, allowance, gone, ...asked, [span(`every ${age(beat.intervalMs)}`)]];
}

/** Formats the length of an outage; a current one counts from its start, since the record arrives once a minute. */
function lasted({start, end, durationMs}: LivenessFacts['outages'][number], now: number): string {
  return end === null ? `now ${age(now - start)}` : `last ${age(durationMs)}`;
}

/** Draws the logical clock: our counter, how far it is ahead, and the clock that was merged last. */
export function clockLines({data, ui, now}: Scene, width: number): Line[] {
  const {clock} = data.view;
  const parts: Line[] = [];
  if (clock === null) parts.push([UNKNOWN, span(' no reading yet', 'dim')]);
  else {
    parts.push([span(`own ${shown(clock.id, 40)}:`), span(shown(clock.counter, 40), 'bold')]);
    parts.push(clock.ahead === null ? [span('ahead '), UNKNOWN] : [span(`ahead ${shown(clock.ahead, 40)}`)]);
    if (clock.merged === null) parts.push([span('nothing merged yet', 'dim')]);
    else {
      const used = lineCells(joinFitting(parts, width)) + 3 + 'dispatcher '.length;
      parts.push([span(`dispatcher ${clockText(clock.merged.clock, width - LABEL - used)}`)]);
      parts.push([span(`merged ${age(now - clock.merged.at)} ago`)]);
    }
  }
  return [[...label('clock', ui), ...joinFitting(parts, width - LABEL)]];
}

/** Formats a clock as `{1:5, 2:7, +3}`: as many whole entries as fit into `width` cells, at least one. */
export function clockText(clock: ClockText, width: number): string {
  const entries = Object.entries(clock).map(([id, counter]) => `${shown(id, 40)}:${shown(counter, 40)}`);
  const text = (most: number): string => {
    const more = entries.length > most ? [`+${entries.length - most}`] : [];
    return `{${[...entries.slice(0, most), ...more].join(', ')}}`;
  };
  let most = entries.length;
  while (most > 1 && cellsOf(text(most)) > width) most -= 1;
  return text(most);
}

/** Formats how many numbers a job can get. */
export function numbersText(range: RangeView): string {
  return rangeOfNumbers(range)?.numbers.toString() ?? range.max;
}

/** Formats the share of a range in words. */
export function shareWords(range: RangeView): string {
  const known = rangeOfNumbers(range);
  return known === null ? '?' : shareText(known);
}

function shareShown(range: RangeView): string {
  const known = rangeOfNumbers(range);
  if (known === null) return '? %';
  const percents = shareOf(known) * 100;
  return percents >= 0.01 ? `${percents.toFixed(2)} %` : sharePercent(known);
}

/** Draws the sampling: our range, its share, and how many jobs it selected. */
export function samplingLines({data, ui, now}: Scene, width: number): Line[] {
  const {range, counters} = data.view;
  const counted: Line = [span(`selected ${counters.selected}`), span(` · unselected ${counters.unselected}`)];
  const parts: Line[] =
    range === null
      ? [[UNKNOWN, span(' no range yet', 'dim')], counted]
      : [
          [span(`${shown(range.start, 40)}–${shown(range.end, 40)} of ${shown(numbersText(range), 40)}`)],
          [span(shareShown(range), 'bold')],
          counted,
          range.source === 'chain'
            ? [span(`read ${age(now - range.at)} ago`, 'dim')]
            : [span(`from the journal, ${age(now - range.at)} ago`, 'warn')],
        ];
  return [[...label('sampling', ui), ...joinFitting(parts, width - LABEL)]];
}

/** Merges neighbours of one tone into one span. */
function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const {text, tone} of spans) {
    const last = out.at(-1);
    if (last?.tone === tone) last.text += text;
    else out.push({text, tone});
  }
  return out;
}
