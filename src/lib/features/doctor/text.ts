import {wrap} from '../../foundation/text/cells.ts';
import type {CheckState} from './check.ts';
import {CHECKS, categoryOf} from './registry.ts';
import {countStates, type DoctorReport, type DoctorVerdict} from './report.ts';
import type {Plan} from './select.ts';
import {count} from '../../foundation/text/words.ts';
import type {Level} from '../../node/events/describe.ts';
import type {Paint} from '../../node/events/lines.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

export type DoctorStyle = {paint: Paint; ascii: boolean; width: number};

const MARKS: Readonly<Record<CheckState, {mark: string; ascii: string; level: Level}>> = {
  ok: {mark: '✓', ascii: '+', level: 'info'},
  warn: {mark: '!', ascii: '!', level: 'warn'},
  fail: {mark: '✗', ascii: 'x', level: 'error'},
  unknown: {mark: '?', ascii: '?', level: 'warn'},
  skipped: {mark: '·', ascii: '-', level: 'debug'},
};

const HEADS: Readonly<Record<DoctorVerdict, {text: string; level: Level}>> = {
  ok: {text: 'WELL', level: 'info'},
  warn: {text: 'WELL, BUT LOOK', level: 'warn'},
  fail: {text: 'NOT WELL', level: 'error'},
};

/** Mark and id; the longest id has 22 letters. */
const LABEL = 27;
const LEAST_WIDTH = 50;

/** The report for people: the answer and the first thing to do, then every check with what was seen. */
export function doctorText(report: DoctorReport, style: DoctorStyle): string {
  const width = Math.max(LEAST_WIDTH, Math.min(style.width, 120));
  const text = [...headLines(report, style.paint, width), ...checkLines(report, {...style, width})].join(
    '\n',
  );
  return style.ascii ? asciiText(text) : text;
}

function headLines(
  {verdict, checks, nodeId, network, config, tookMs}: DoctorReport,
  paint: Paint,
  width: number,
): string[] {
  const {ok, warn, fail, unknown, skipped} = countStates(checks);
  const tally = [
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(warn + unknown > 0 ? [`${warn + unknown} to look at`] : []),
    `${ok} ok`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
  const {text, level} = HEADS[verdict];
  const first =
    checks.find(({state}) => state === 'fail') ??
    checks.find(({state}) => state === 'warn') ??
    checks.find(({state, fix}) => state === 'unknown' && fix !== null);
  const who = [
    nodeId === null ? 'node unknown' : `${nodeId} on ${safeText(network ?? '?', 20)}`,
    config === null ? 'no file' : safeText(config, 80),
    `${(tookMs / 1000).toFixed(1)} s`,
  ].join(', ');
  return [
    `${paint(level, text)}: ${tally}`,
    ...indent(wrap(who, width - 2), 2),
    ...(first === undefined || first.fix === null
      ? []
      : indent(wrap(`first ${first.id} → ${safeText(first.fix)}`, width - 2), 2)),
  ];
}

function checkLines({checks}: DoctorReport, {paint, ascii, width}: DoctorStyle): string[] {
  const room = width - LABEL;
  return checks.flatMap(({id, state, evidence, fix}, index) => {
    const before = checks[index - 1];
    const gap = before === undefined || categoryOf(before.id) !== categoryOf(id) ? [''] : [];
    const {mark, ascii: plain, level} = MARKS[state];
    const [first = '', ...rest] = wrap(safeText(evidence, 1000), room);
    const todo = fix === null ? [] : wrap(`→ ${safeText(fix)}`, room);
    return [
      ...gap,
      `${paint(level, ascii ? plain : mark)} ${id}`.padEnd(
        LABEL + paint(level, ascii ? plain : mark).length - 1,
      ) + first,
      ...indent([...rest, ...todo], LABEL),
    ];
  });
}

/** Every check with what it is about. */
export function checkListText(plan: Plan, width: number): string {
  const shown = CHECKS.filter(({id}) => plan.asked.has(id));
  const room = Math.max(LEAST_WIDTH, width) - LABEL;
  return shown
    .flatMap(({id, about}) => {
      const [first = '', ...rest] = wrap(about, room);
      return [id.padEnd(LABEL) + first, ...indent(rest, LABEL)];
    })
    .concat('', count(shown.length, 'check'))
    .join('\n');
}

function indent(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line);
}

function asciiText(text: string): string {
  return text
    .replaceAll('→', '->')
    .replaceAll('–', '-')
    .replaceAll('…', '...')
    .replaceAll('’', "'")
    .replaceAll('±', '+/-');
}
