import {column} from '../../../foundation/text/cells.ts';
import {span, type Line} from '../model/line.ts';
import {PANES, type Pane, type Ui} from '../model/ui.ts';

/** Cells of the titles on the left. */
export const LABEL = 13;

/** Draws a title like `5 JOBS`, with a mark when the pane has the focus. */
export function label(pane: Pane, ui: Ui, text: string = pane.toUpperCase(), width = LABEL): Line {
  const focused = ui.pane === pane;
  return [
    span(
      column(`${PANES.indexOf(pane) + 1}${focused ? '>' : ' '}${text}`, width),
      focused ? 'focus' : 'title',
    ),
  ];
}

/** Starts a line that belongs to the line above. */
export const indent = (text = ''): Line => [span(column(text, LABEL), 'title')];
