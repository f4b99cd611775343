import {hang} from '../foundation/text/cells.ts';

/**
 * A text in lines for a terminal: a long line is broken between words and continues below its text. A line that is a
 * command of aos stays whole, so that it can be copied.
 * @param width columns of the terminal; null where there is none: nothing is wrapped
 */
export function terminalLines(text: string, width: number | null): string[] {
  const lines = text.split('\n');
  return width === null ? lines : lines.flatMap((line) => fitLine(line, width));
}

function fitLine(line: string, width: number): string[] {
  if (/^ *aos /.test(line)) return [line];
  // What the text hangs below: its indent, and a name with its gap.
  const [head = ''] = /^ *(?:\S+ {2,})?/.exec(line) ?? [];
  return hang(head, line.slice(head.length), width);
}
