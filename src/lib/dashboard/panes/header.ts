import {clockTime, coarseAge} from '../ages.ts';
import {fit, fitMiddle, fillLine, lineCells, shown, span, type Line} from '../line.ts';
import {stateWord} from '../signs.ts';
import type {Scene} from './scene.ts';

/** Whose dashboard this is. */
export function headerLine({data, ui, now, replay}: Scene, width: number): Line {
  const {peer, view} = data;
  const nodeId = shown(peer?.nodeId ?? view.node?.nodeId ?? '?', 100);
  const network = shown(peer?.network ?? view.node?.network ?? '?', 40);
  const host = peer === null ? '' : shown(peer.host, 60);
  const marks = [
    ...(replay === null ? [] : ['REPLAY']),
    ...(data.link.state === 'ended' ? ['ENDED'] : []),
    ...(ui.frozen ? ['FROZEN'] : []),
  ].join(' ');
  const up = view.node === null ? '' : `up ${coarseAge(now - view.node.startedAt)}`;
  const right: Line = [
    span(marks === '' ? '' : `${marks} `, 'warn'),
    span(width >= 60 ? `${up}  ` : '', 'dim'),
    span(clockTime(now)),
  ];
  const room = width - lineCells(right) - 1;
  const rest = `  ${network}${host === '' ? '' : `  ${fit(host, Math.max(8, room - 61))}`}`;
  const left: Line = [
    span('aos ', 'title'),
    span(fitMiddle(nodeId, Math.max(9, Math.min(42, room - 4 - rest.length))), 'bold'),
    span(rest),
  ];
  return [...fillLine(left, Math.max(0, room)), span(' '), ...right];
}

/** The worst thing, and how many others there are. */
export function verdictLine({findings}: Scene, width: number): Line {
  const [first] = findings;
  if (first === undefined) return [];
  const {severity, text, pinned} = first;
  const others = findings.length > 1 ? ` +${findings.length - 1} more` : '';
  const hint = first.next === '' ? '' : ` → ${first.next}`;
  const word = stateWord(severity);
  const room = width - word.text.length - 1 - others.length;
  return [
    word,
    span(' '),
    span(bodyOf(text, hint, {room, pinned: pinned === true}), severity),
    span(others, 'dim'),
  ];
}

/** The next step stays readable as long as there is something left of the text, but a countdown is whole. */
function bodyOf(text: string, hint: string, {room, pinned}: {room: number; pinned: boolean}): string {
  if (text.length + hint.length <= room) return text + hint;
  if (pinned || room < 60) return fit(text, room);
  return fit(text, room - Math.min(hint.length, 30)) + fit(hint, 30);
}
