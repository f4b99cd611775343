import {cellsOfText, diffRow, type Cell} from './cells.ts';
import type {Size} from './screen.ts';

/** The target of frames. */
export type Canvas = {
  size(): Size;
  /** Never blocks. */
  write(text: string): void;
  /** Whether the terminal has not read all earlier writes. */
  busy(): boolean;
};

export type Painter = {
  /** Shows a frame, one line of text per row; keeps only the last frame while the terminal does not read. */
  paint(frame: string): void;
  /** Draws the kept frame: the terminal reads again. */
  flush(): void;
  /** Makes the next frame a complete one, because the content of the screen is unknown. */
  forget(): void;
};

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const CLEAR = '\x1b[0m\x1b[2J';

/** Creates a painter that writes only changed cells, by absolute position, in one synchronised update. */
export function createPainter(canvas: Canvas): Painter {
  let known = false;
  let lines: readonly string[] = [];
  let rows: readonly (readonly Cell[])[] = [];
  let waiting: string | null = null;

  function draw(frame: string): void {
    const {columns, rows: height} = canvas.size();
    if (!known) {
      lines = [];
      rows = [];
    }
    const nextLines = frame.split('\n').slice(0, height);
    const nextRows = nextLines.map((line, row) =>
      line === lines[row] ? (rows[row] ?? []) : cellsOfText(line, columns),
    );
    let out = known ? '' : CLEAR;
    for (let row = 0; row < Math.max(nextRows.length, rows.length) && row < height; row += 1) {
      const next = nextRows[row] ?? [];
      const prev = rows[row] ?? [];
      if (next !== prev) out += diffRow(prev, next, row + 1);
    }
    lines = nextLines;
    rows = nextRows;
    known = true;
    if (out !== '') canvas.write(`${BEGIN}${out}${END}`);
  }

  function flush(): void {
    if (waiting === null || canvas.busy()) return;
    const frame = waiting;
    waiting = null;
    draw(frame);
  }

  return {
    paint(frame) {
      waiting = frame;
      flush();
    },
    flush,
    forget: () => {
      known = false;
    },
  };
}
