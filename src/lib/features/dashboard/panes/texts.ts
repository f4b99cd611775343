import {cellsOf, wrap} from '../../../foundation/text/cells.ts';
import {age} from '../model/ages.ts';
import {KEYS} from '../model/keys.ts';
import {shown, span, type Line} from '../model/line.ts';
import {heartbeatOf} from '../model/heartbeat.ts';
import {healthOf, resultOf, stageOf} from '../model/jobs.ts';
import {CODES, isCode} from '../../../foundation/errors/table.ts';
import {eventLine} from '../../../node/events/lines.ts';
import type {OperatorView} from '../../../node/events/view.ts';
import {sourcesText} from '../../../node/liveness/sources.ts';
import {OUTAGE_CAUSES} from '../../../foundation/text/words.ts';
import {isoTime} from '../../../foundation/time/time.ts';
import {clockText, numbersText, shareWords} from './facts.ts';
import {fields, type Text} from './fields.ts';
import {signerText, standingText} from './part-texts.ts';
import type {Scene} from './scene.ts';
import {run, say} from '../../../foundation/next-step/next-step.ts';

/** Returns the help: the table of keys, with related keys in one line so that 80×24 shows nearly all of it. */
export function helpText(): Text {
  const rows: {names: string; help: string}[] = [];
  for (const {shown: name, help} of KEYS) {
    const before = rows.at(-1);
    if (help === '' && before !== undefined) before.names += ` ${name}`;
    else rows.push({names: name, help});
  }
  const width = Math.max(...rows.map(({names}) => cellsOf(names)));
  return {
    title: 'KEYS',
    lines: [
      ...rows.map(({names, help}): Line => [
        span(`  ${names}${' '.repeat(width - cellsOf(names))}  `, 'key'),
        span(help),
      ]),
      [],
      [
        span('  States: '),
        span('✓ OK', 'ok'),
        span('  '),
        span('! WARN', 'warn'),
        span('  '),
        span('✗ FAIL', 'fail'),
        span('  '),
        span('? UNKNOWN', 'unknown'),
        span('  '),
        span('… WAIT', 'wait'),
      ],
      [
        span('  Strip: '),
        span('▁', 'ok'),
        span(' in time  '),
        span('▃', 'warn'),
        span(' late  '),
        span('▅', 'fail'),
        span(' after an outage  '),
        span('x', 'fail'),
        span(' missing'),
      ],
      [span('  Only Ctrl-C twice, in the dashboard of aos run, changes the operator: it stops.', 'dim')],
    ],
  };
}

const NOTHING = say('nothing to do');

/** Explains the findings, the worst first, with the table of error codes. */
export function explainText({findings, now, next: render}: Scene, width: number): Text {
  const lines = findings.flatMap(({severity, text, next, advice, code, since}, index): Line[] => {
    const entry = code === null || !isCode(code) ? null : CODES[code];
    const todo = next ?? entry?.next ?? NOTHING;
    return [
      ...(index === 0 ? [] : [[]]),
      ...wrap(text, width - 2).map((part): Line => [span(`  ${part}`, severity)]),
      ...fields(
        [
          ['since', `${isoTime(since)} (${age(now - since)} ago)`],
          ...(code === null ? [] : [['code', code] as const]),
          ...(entry === null ? [] : [['means', entry.means] as const]),
          ['next', render(todo)],
          ...(advice === null || render(advice) === render(todo)
            ? []
            : [['advice', render(advice)] as const]),
        ],
        width,
      ),
    ];
  });
  return {title: 'WHAT IS WRONG', lines};
}

/** Returns all details of the focused pane or of its selected line. */
export function detailText(scene: Scene, width: number): Text {
  const {ui} = scene;
  if (ui.under === 'log' || ui.pane === 'log') return eventText(scene, width);
  switch (ui.pane) {
    case 'jobs':
      return jobText(scene, width);
    case 'heartbeat':
      return heartbeatText(scene, width);
    case 'clock':
      return clockPage(scene, width);
    case 'sampling':
      return samplingText(scene, width);
    case 'signer':
      return signerText(scene, width);
    case 'standing':
      return standingText(scene, width);
  }
}

function jobText({jobs, ui, now, log, next}: Scene, width: number): Text {
  const job = jobs.find(({seq}) => seq === ui.job) ?? jobs[0];
  if (job === undefined) return {title: 'JOB', lines: [[span('  there is none', 'dim')]]};
  const events = log.filter(({event}) => 'job' in event && event.job.seq === job.seq);
  return {
    title: 'JOB',
    lines: [
      ...fields(
        [
          ['job id', job.jobId],
          ['kind', job.kind],
          ['model', job.model],
          ['tag', job.tag || 'none'],
          ['position', job.position || 'none'],
          ['state', `${healthOf(job)}, ${stageOf(job)}`],
          ['selected', job.selected === null ? '?' : job.selected ? 'yes' : 'no'],
          ['result', resultOf(job) || '?'],
          ['received', `${isoTime(job.firstAt)} (${age(now - job.firstAt)} ago)`],
          ['changed', `${isoTime(job.at)} (${age(now - job.at)} ago)`],
          ['journal row', String(job.seq)],
          ['all details', next(run('job show', [job.jobId]))],
        ],
        width,
      ),
      [],
      ...events.flatMap(({event, text}) =>
        wrap(`${isoTime(event.at)} ${text}`, width - 2).map((part): Line => [span(`  ${part}`)]),
      ),
    ],
  };
}

function eventText({log, ui, now, next}: Scene, width: number): Text {
  const entry = log.find(({n}) => n === ui.line) ?? log.at(-1);
  if (entry === undefined) return {title: 'EVENT', lines: [[span('  there is none', 'dim')]]};
  const {event, level, text} = entry;
  return {
    title: 'EVENT',
    lines: [
      ...fields(
        [
          ['type', event.type],
          ['at', `${isoTime(event.at)} (${age(now - event.at)} ago)`],
          ['level', level],
          ['text', text],
        ],
        width,
      ),
      [],
      ...wrap(shown(eventLine(event, next), 20_000), width - 2).map((part): Line => [span(`  ${part}`)]),
    ],
  };
}

function heartbeatText({data, now}: Scene, width: number): Text {
  const {view} = data;
  const beat = heartbeatOf(view, now);
  const outages = view.liveness?.outages ?? [];
  return {
    title: 'HEARTBEAT',
    lines: [
      ...fields(
        [
          [
            'last probe',
            beat.lastAt === null ? 'never' : `${isoTime(beat.lastAt)} (${age(now - beat.lastAt)} ago)`,
          ],
          ...(beat.sources === null ? [] : [['asked by', sourcesText(beat.sources)] as const]),
          ['expected', `every ${age(beat.intervalMs)}`],
          [
            'allowance',
            `${age(beat.allowanceMs)}, ${beat.allowanceLeftMs === null ? '?' : age(beat.allowanceLeftMs)} left`,
          ],
          ['answered', `${recordedProbes(view)} recorded, ${view.counters.probes} in this run`],
          ['outages', outages.length === 0 ? 'none recorded' : String(outages.length)],
        ],
        width,
      ),
      ...outages.flatMap(({start, end, durationMs, cause, overAllowance}) =>
        wrap(
          `${isoTime(start)} – ${end === null ? 'now' : isoTime(end)}  ${age(end === null ? now - start : durationMs)}  ${OUTAGE_CAUSES[cause]}${overAllowance ? '  LONGER THAN THE ALLOWANCE' : ''}`,
          width - 4,
        ).map((part): Line => [span(`    ${part}`, overAllowance ? 'fail' : 'plain')]),
      ),
    ],
  };
}

/** Counts the recorded probes; adds those after the record, which arrives once a minute. */
function recordedProbes({liveness, probes}: OperatorView): string {
  return liveness === null ? '?' : String(liveness.probes + probes.filter(({at}) => at > liveness.at).length);
}

function clockPage({data, now}: Scene, width: number): Text {
  const {clock} = data.view;
  if (clock === null) return {title: 'LOGICAL CLOCK', lines: [[span('  no reading yet', 'dim')]]};
  return {
    title: 'LOGICAL CLOCK',
    lines: fields(
      [
        ['own entry', clock.id],
        ['counter', clock.counter],
        ['readings', String(clock.readings)],
        ['read', `${isoTime(clock.at)} (${age(now - clock.at)} ago)`],
        ['ahead', clock.ahead ?? '?'],
        [
          'merged',
          clock.merged === null
            ? 'nothing yet'
            : `${isoTime(clock.merged.at)} with job ${clock.merged.jobId}`,
        ],
        ['dispatcher', clock.merged === null ? '?' : clockText(clock.merged.clock, 1_000)],
      ],
      width,
    ),
  };
}

function samplingText({data, now}: Scene, width: number): Text {
  const {range, counters, node} = data.view;
  return {
    title: 'SAMPLING',
    lines: fields(
      [
        ...(range === null
          ? [['range', 'not known yet'] as const]
          : ([
              ['range', `${range.start}–${range.end} of ${numbersText(range)}`],
              ['share', shareWords(range)],
              ['read', `${isoTime(range.at)} (${age(now - range.at)} ago) from the ${range.source}`],
              ['block', range.block ?? '?'],
            ] as const)),
        ['selected', String(counters.selected)],
        ['unselected', String(counters.unselected)],
        ['VRF key', node?.vrfPublicKey ?? '?'],
      ],
      width,
    ),
  };
}
