import {wrap} from '../../../foundation/text/cells.ts';
import {shown, span, type Line} from '../model/line.ts';

/** A page of text, without a border so that a selection with the mouse contains only text. */
export type Text = {title: string; lines: readonly Line[]};

export type Field = readonly [string, string];

/** Lays out lines of `name  value`: aligns the values and wraps long ones. */
export function fields(list: readonly Field[], width: number): Line[] {
  const names = Math.max(...list.map(([name]) => name.length)) + 4;
  return list.flatMap(([name, value]) =>
    wrap(shown(value, 20_000), Math.max(1, width - names)).map((part, index): Line => [
      span((index === 0 ? `  ${name}` : '').padEnd(names), 'title'),
      span(part),
    ]),
  );
}
