import type {CheckState} from '../../../foundation/check/check.ts';
import type {SignerStats} from '../../../node/events/events.ts';
import {partRows, type PartRow} from '../../../node/events/part-rows.ts';
import {age, coarseAge, millis} from '../model/ages.ts';
import type {Severity} from '../model/finding.ts';
import {joinFitting, shown, span, type Line, type Span, type Tone} from '../model/line.ts';
import {stateWord} from '../model/signs.ts';
import {problemSeverity} from '../model/verdict.ts';
import {UNKNOWN} from './facts.ts';
import type {Scene} from './scene.ts';
import {indent, label, LABEL} from './title.ts';

/** The share of failed signatures, in the window of the statistics, that leaves the budget unused: 1 %. */
const SIGNER_BUDGET = 0.01;

/** Figures older than this are `stale`: three intervals of the operator's measurement. */
const STALE_MS: Readonly<Record<string, number>> = {signer: 3 * 60_000, chain: 3 * 30_000};

const SEVERITY: Readonly<Record<CheckState, Severity>> = {
  ok: 'ok',
  warn: 'warn',
  fail: 'fail',
  pending: 'wait',
  unknown: 'unknown',
  skipped: 'unknown',
};

/** Draws what the operator depends on, a row each: state, figure, and how old they are. */
export function partLines(scene: Scene, width: number): Line[] {
  const {data, now} = scene;
  return partRows(data.view, now).map((row) => partLine(scene, row, width));
}

function partLine(scene: Scene, row: PartRow, width: number): Line {
  const {data, ui, now} = scene;
  const severity = severityOf(scene, row);
  const {text, tone} = stateWord(severity);
  const title = row.id === 'signer' ? label('signer', ui) : indent(`  ${titleOf(row)}`);
  const {figures, last} = withAge(figuresOf(scene, row), row, now);
  const isLasting = row.state !== 'ok' && row.since !== null;
  // Together: how long it lasts, and as much of what is wrong as fits.
  const [first = [], ...others] = figures;
  const all: Line[] = isLasting
    ? [[span(`for ${age(now - (row.since ?? now))} `, severity), ...first], ...others]
    : figures;
  // While the operator is away, the state is a past one.
  const [head = [], ...rest] = all;
  const shownParts: Line[] = data.link.state === 'away' ? [[span('was '), ...head], ...rest] : all;
  return [...title, span(`${text} `, tone), ...joinFitting([...shownParts, ...last], width - LABEL - 10)];
}

/** Without the chain, jobs continue with the last range that was read. */
function severityOf({data}: Scene, {id, state}: PartRow): Severity {
  if (id === 'chain' && state === 'fail') return problemSeverity('chain', data.view.range !== null);
  return SEVERITY[state];
}

const titleOf = ({id}: PartRow): string => (id.startsWith('worker ') ? 'WORKER' : id.toUpperCase());

function figuresOf({data, now}: Scene, {id, figure, state}: PartRow): Line[] {
  const {signer, connection} = data.view;
  if (id === 'signer' && signer !== null && state !== 'fail') return signerFigures(signer);
  if (id === 'dispatcher' && state === 'ok') {
    const since = connection.since === null ? '' : ` for ${coarseAge(now - connection.since)}`;
    return [[span(`${connection.state}${since}`)], [span(shown(figure, 60), 'dim')]];
  }
  const kind = id.startsWith('worker ') ? `${id.slice('worker '.length)}: ` : '';
  // A figure is what fits: its parts are joined by commas and semicolons, the most needed first.
  return [[span(shown(`${kind}${figure}`))]];
}

function signerFigures({p50Ms, p95Ms, signatures, errors, windowMs}: SignerStats): Line[] {
  const failed = errors > 0 ? `, ${errors} failed` : '';
  return [
    [span(`p50 ${millis(p50Ms)}`), span(` p95 ${millis(p95Ms)}`, 'bold')],
    [span('error budget '), budget(errors, signatures + errors)],
    [span(`${signatures} signed${failed} in ${age(windowMs)}`)],
  ];
}

/** Returns the unused part of the error budget: 1 % of the signatures in the window. */
function budget(errors: number, total: number): Span {
  if (total === 0) return UNKNOWN;
  const left = 1 - errors / (total * SIGNER_BUDGET);
  const tone: Tone = left <= 0 ? 'warn' : 'plain';
  return span(`${Math.max(0, Math.round(left * 100))} %`, tone);
}

/** Adds the age to figures: in front of dimmed ones when they are stale, else behind them where there is room. */
function withAge(figures: readonly Line[], {id, at}: PartRow, now: number): {figures: Line[]; last: Line[]} {
  // The connection says since when it is as it is.
  if (at === null || id === 'dispatcher') return {figures: [...figures], last: []};
  const ms = now - at;
  if (ms <= (STALE_MS[id] ?? Infinity))
    return {figures: [...figures], last: [[span(`${coarseAge(ms)} ago`, 'dim')]]};
  const faded = figures.map((part) =>
    part.map(({text, tone}) => span(text, tone === 'plain' || tone === 'bold' ? 'dim' : tone)),
  );
  return {figures: [[span(`stale ${age(ms)}`, 'unknown')], ...faded], last: []};
}
