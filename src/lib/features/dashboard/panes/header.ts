import {cellsOf, fit, middle} from '../../../foundation/text/cells.ts';
import {age, clockTime, coarseAge} from '../model/ages.ts';
import {fillLine, lineCells, shown, span, type Line} from '../model/line.ts';
import {stateWord} from '../model/signs.ts';
import type {Finding} from '../model/finding.ts';
import type {Scene} from './scene.ts';
import type {RenderNext} from '../../../foundation/next-step/next-step.ts';

/** Draws the header: operator, network, host, marks, uptime and time. */
export function headerLine({data, ui, now, replay}: Scene, width: number): Line {
  const {peer, view} = data;
  const nodeId = shown(peer?.nodeId ?? view.node?.nodeId ?? '?', 100);
  const network = shown(peer?.network ?? view.node?.network ?? '?', 40);
  const host = peer === null ? '' : shown(peer.host, 60);
  const marks = [
    ...(replay === null ? [] : ['REPLAY']),
    ...(data.link.state === 'ended' ? ['ENDED'] : []),
    ...(ui.frozen ? ['FROZEN'] : []),
    ...mutedMark(view.mutedUntil, now),
  ].join(' ');
  const up = view.node === null ? '' : upText(now, view.node.startedAt, data.link);
  const right: Line = [
    span(marks === '' ? '' : `${marks} `, 'warn'),
    span(width >= 60 ? `${up}  ` : '', 'dim'),
    span(clockTime(now)),
  ];
  const room = width - lineCells(right) - 1;
  const rest = `  ${network}${host === '' ? '' : `  ${fit(host, Math.max(8, room - 61))}`}`;
  const left: Line = [
    span('aos ', 'title'),
    span(middle(nodeId, Math.max(9, Math.min(42, room - 4 - rest.length))), 'bold'),
    span(rest),
  ];
  return [...fillLine(left, Math.max(0, room)), span(' '), ...right];
}

/** For how long alerts are still muted: a problem wakes no one meanwhile. */
function mutedMark(until: number | null, now: number): string[] {
  return until === null || until <= now ? [] : [`ALERTS MUTED ${age(until - now)}`];
}

/** Formats how long the operator runs, or ran. */
function upText(now: number, startedAt: number, link: Scene['data']['link']): string {
  return link.state === 'away'
    ? `ran ${coarseAge(link.since - startedAt)}`
    : `up ${coarseAge(now - startedAt)}`;
}

/** Draws the worst finding, and how many others there are. */
export function verdictLine({findings, next}: Scene, width: number): Line {
  const [first] = findings;
  if (first === undefined) return [];
  const whole = stateWord(first.severity);
  // A narrow screen shows the sign without its word.
  const word = cellsOf(first.head) + whole.text.length < width ? whole : stateWord(first.severity, 1);
  const room = width - word.text.length - 1;
  const more = findings.length > 1 ? ` +${findings.length - 1} more` : '';
  const {body, others} = fitFinding(first, next, more, room);
  return [word, span(' '), span(body, first.severity), span(others, 'dim')];
}

/** Cells of the details at least: fewer have no meaning. */
const LEAST_DETAIL = 16;
/** Cells of the details that a command may cost: for a longer one, where to read on is enough. */
const MOST_CUT = 40;

/** Fits a finding into `room` cells: never cuts the head while it fits, nor the next step. */
function fitFinding(
  {text, head, brief, next, pinned}: Finding,
  render: RenderNext,
  more: string,
  room: number,
): {body: string; others: string} {
  const rest = text.slice(head.length);
  const hints = next === null ? [''] : [` → ${shown(render(next))}`, WHERE_TO_READ];
  let free = room - cellsOf(head);
  if (free <= 0) return {body: fit(head, room), others: ''};
  const taken = (part: string): string => {
    if (cellsOf(part) > free) return '';
    free -= cellsOf(part);
    return part;
  };
  const firstThatFits = (parts: readonly string[]): string => parts.find((part) => taken(part) !== '') ?? '';
  // A countdown is never cut; a part of other texts still has a meaning.
  if (pinned === true || cellsOf(rest + (hints[0] ?? '')) <= free) {
    const whole = [rest, brief].flatMap((detail) => hints.map((hint) => detail + hint));
    const body = head + firstThatFits([...whole, rest, brief, ...hints]);
    return {body, others: taken(more)};
  }
  const others = taken(more);
  const cutBy = (hint: string): number => Math.max(0, cellsOf(rest + hint) - free);
  const isDear = cutBy(hints[0] ?? '') - cutBy(WHERE_TO_READ) > MOST_CUT;
  const least = Math.min(cellsOf(rest), LEAST_DETAIL);
  const fitting = hints.filter((one) => cellsOf(one) + least <= free);
  const hint = firstThatFits(isDear ? fitting.slice(-1) : fitting);
  const detail = cellsOf(rest) <= free || free >= LEAST_DETAIL / 2 ? fit(rest, free) : '';
  return {body: head + detail + hint, others};
}

/** Replaces a command that is too long. */
const WHERE_TO_READ = ' → e explains';
