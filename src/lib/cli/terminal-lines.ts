import {hang} from '../foundation/text/cells.ts';

/**
 * Wraps a text for a terminal: a long line breaks between words and continues below its text. A command of aos stays in
 * one line, so that users can copy it.
 * @param width columns of the terminal; null without one, when no line is wrapped
 */
export function terminalLines(text: string, width: number | null): string[] {
  const lines = text.split('\n');
  return width === null ? lines : lines.flatMap((line) => fitLine(line, width));
}

function fitLine(line: string, width: number): string[] {
  if (/^ *aos /.test(line)) return [line];
  // The text continues below itself: behind its indent, and a name with its gap.
  const [head = ''] = /^ *(?:\S+ {2,})?/.exec(line) ?? [];
  return hang(head, line.slice(head.length), width);
}
