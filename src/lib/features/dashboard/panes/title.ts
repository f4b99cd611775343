import {column} from '../../../foundation/text/cells.ts';
import {span, type Line} from '../model/line.ts';
import {PANES, type Pane, type Ui} from '../model/ui.ts';

/** Cells that titles take on the left. */
export const LABEL = 12;

/** `5 JOBS`, marked when the keys go there. */
export function label(pane: Pane, ui: Ui, text: string = pane.toUpperCase(), width = LABEL): Line {
  const focused = ui.pane === pane;
  return [
    span(
      column(`${PANES.indexOf(pane) + 1}${focused ? '>' : ' '}${text}`, width),
      focused ? 'focus' : 'title',
    ),
  ];
}

/** What belongs to the line above. */
export const indent = (text = ''): Line => [span(column(text, LABEL), 'title')];
