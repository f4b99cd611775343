import {cellsOfText, diffRow, type Cell} from './cells.ts';
import type {Size} from './screen.ts';

/** Where a picture goes. */
export type Canvas = {
  size(): Size;
  /** Never blocks. */
  write(text: string): void;
  /** Whether the terminal has not taken what was written before. */
  busy(): boolean;
};

export type Painter = {
  /** Shows a frame, lines separated by newlines; while the terminal does not read, only the last one is kept. */
  paint(frame: string): void;
  /** There is room again. */
  flush(): void;
  /** What the screen shows is not known any more: everything is drawn again. */
  forget(): void;
};

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
const CLEAR = '\x1b[0m\x1b[2J';

/** Writes only what changed since the last frame, by absolute position, within one synchronised update. */
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
