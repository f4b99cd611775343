import {joinFitting, lineCells, shown, span, type Line} from '../line.ts';
import {KEYS} from '../keys.ts';
import type {Scene} from './scene.ts';

/** The last line: the filter being typed, a short answer, or what the keys do. */
export function keyBar({ui, uiNow}: Scene, width: number): Line {
  if (ui.draft !== null) {
    const shownDraft = shown(ui.draft, 200);
    return [
      span('filter: ', 'key'),
      span(`${tail(shownDraft, width - 40)}_`, 'bold'),
      span('  Enter keep · Esc cancel', 'dim'),
    ];
  }
  if (ui.note !== null && uiNow < ui.note.until) return [span(shown(ui.note.text, 500), 'warn')];
  const bound = KEYS.flatMap(({bar, shown: name}): Line[] =>
    bar === null ? [] : [[span(name, 'key'), span(` ${bar}`)]],
  );
  const back: Line[] = ui.page === 'main' ? [] : [[span('Esc', 'key'), span(' back')]];
  const filter: Line = ui.filter === '' ? [] : [span(`filter "${shown(ui.filter, 30)}"  `, 'warn')];
  return [...filter, ...joinFitting([...back, ...bound], width - lineCells(filter))];
}

function tail(text: string, width: number): string {
  const all = Array.from(text);
  return all.length <= width ? text : `…${all.slice(-Math.max(1, width - 1)).join('')}`;
}
