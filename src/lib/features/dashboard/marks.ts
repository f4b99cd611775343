/** Cells of a mark: its digits can count more lines than any screen has. */
export const MARK_CELLS = 6;
/** A character of the private use area, with which no text of ours begins. */
const MARK = '\ue000';

/** Short marks that represent the lines of one frame. */
export type Marks = {
  /** Returns a new mark for a line. */
  of(line: string): string;
  /** Replaces the marks in a frame by their lines and forgets the marks; other text stays. */
  resolve(frame: string): string;
};

/** Creates the marks of a screen; see {@link Marks}. */
export function createMarks(): Marks {
  let lines: string[] = [];
  return {
    of(line) {
      if (line === '') return '';
      lines.push(line);
      return `${MARK}${lines.length - 1}`;
    },
    resolve(frame) {
      const known = lines;
      lines = [];
      return frame
        .split('\n')
        .map((row) => (row.startsWith(MARK) ? (known[Number(row.slice(1))] ?? row) : row))
        .join('\n');
    },
  };
}
