import {joinFitting, lineCells, shown, span, type Line} from '../model/line.ts';
import {KEYS} from '../model/keys.ts';
import type {Scene} from './scene.ts';

/** Draws the last line: the filter that the user types, a short message, or the keys. */
export function keyBar({ui, uiNow, findings}: Scene, width: number): Line {
  if (ui.draft !== null) {
    const shownDraft = shown(ui.draft, 200);
    return [
      span('filter: ', 'key'),
      span(`${tail(shownDraft, width - 40)}_`, 'bold'),
      span('  Enter keep · Esc cancel', 'dim'),
    ];
  }
  if (ui.note !== null && uiNow < ui.note.until) return [span(shown(ui.note.text, 500), 'warn')];
  const filter: Line = ui.filter === '' ? [] : [span(`filter "${shown(ui.filter, 30)}"  `, 'warn')];
  return [...filter, ...joinFitting(hints(ui, findings), width - lineCells(filter))];
}

const hint = (key: string, word: string): Line => [span(key, 'key'), span(` ${word}`)];

/** Lists the keys of this page, the most needed first. */
function hints({page, under}: Scene['ui'], findings: Scene['findings']): Line[] {
  if (page !== 'main' && page !== 'log')
    return [
      hint('Esc', 'back'),
      hint('j k', 'scroll'),
      ...(page === 'detail' ? [hint('y', under === 'log' ? 'copy line' : 'copy')] : []),
      hint('?', 'help'),
      hint('q', 'quit'),
      hint('p', 'freeze'),
    ];
  const bound = KEYS.flatMap(({bar, shown: name}): Line[] => (bar === null ? [] : [hint(name, bar)]));
  const worst = findings[0]?.severity;
  const wrong = worst === 'fail' || worst === 'warn' || worst === 'unknown';
  return [
    ...(page === 'log' ? [hint('Esc', 'back')] : []),
    ...(wrong ? [hint('e', 'explain')] : []),
    ...(page === 'log' ? [hint('j k', 'scroll'), hint('v', 'level'), hint('w', 'wrap')] : []),
    ...bound,
  ];
}

function tail(text: string, width: number): string {
  const all = Array.from(text);
  return all.length <= width ? text : `…${all.slice(-Math.max(1, width - 1)).join('')}`;
}
