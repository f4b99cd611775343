import {cellsOf, pad, wrap} from './cells.ts';

export type Column = {
  head: string;
  cells: readonly string[];
  /** The same cells in full, for a line of their own. */
  whole?: readonly string[];
  right?: boolean;
  /** When the table is too wide, the column with the smallest number goes to a line of its own below the row first. */
  below: number;
};

const GAP = '  ';
const INDENT = '    ';

/**
 * Columns side by side, none wider than `width`: columns without any content are left out, and as long as a line would
 * not fit, one column after the other moves below its row, where it is wrapped. Texts must be safe for a terminal.
 * @returns lines, head first
 */
export function fitTable(columns: readonly Column[], width: number): string[] {
  const filled = columns.filter(({cells}) => cells.some((cell) => cell !== ''));
  let beside = filled;
  const below: Column[] = [];
  while (beside.length > 1 && lineWidth(beside) > width) {
    const next = beside.reduce((least, column) => (column.below < least.below ? column : least));
    beside = beside.filter((column) => column !== next);
    below.unshift(next);
  }
  const rows = filled[0]?.cells.length ?? 0;
  const lines = [lineOf(beside, ({head}) => head)];
  for (let row = 0; row < rows; row += 1) {
    lines.push(lineOf(beside, ({cells}) => cells[row] ?? ''));
    const rest = below
      .filter(({cells}) => (cells[row] ?? '') !== '')
      .map(({head, cells, whole = cells}) => `${head.toLowerCase()} ${whole[row] ?? ''}`);
    if (rest.length > 0)
      lines.push(...packed(rest, Math.max(20, width - INDENT.length)).map((line) => INDENT + line));
  }
  return lines;
}

/** Joins as many cells as fit into each line; one that would break begins a new line. */
function packed(texts: readonly string[], width: number): string[] {
  return texts
    .reduce<string[]>((lines, text) => {
      const joined = [...lines.slice(-1), text].join(GAP);
      return cellsOf(joined) <= width ? [...lines.slice(0, -1), joined] : [...lines, text];
    }, [])
    .flatMap((line) => wrap(line, width));
}

function lineWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + columnWidth(column), GAP.length * (columns.length - 1));
}

function columnWidth({head, cells}: Column): number {
  return Math.max(cellsOf(head), ...cells.map(cellsOf));
}

function lineOf(columns: readonly Column[], text: (column: Column) => string): string {
  return columns
    .map((column) => pad(text(column), columnWidth(column), column.right === true ? 'right' : 'left'))
    .join(GAP)
    .trimEnd();
}
