/** Cells of a mark: more lines than its digits can count are on no screen. */
export const MARK_CELLS = 6;
/** Of the private use area: no text of ours begins with it. */
const MARK = '\ue000';

/** Short stand-ins for lines, for one picture. */
export type Marks = {
  /** A mark for the line. */
  of(line: string): string;
  /** The frame with the lines in place of their marks; what is no mark stays as it is. The marks are used up. */
  resolve(frame: string): string;
};

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
