import xterm from '@xterm/headless';
import type {Canvas} from '../../src/lib/features/dashboard/painter.ts';

/** A terminal without a window: what a person would see. */
export type TerminalScreen = {
  canvas: Canvas;
  /** Everything that was written to it. */
  written(): string;
  /** The lines as they are seen, without blanks at their ends. */
  lines(): Promise<string[]>;
  /** The same as one text, without empty lines at its end. */
  text(): Promise<string>;
  /** Each cell with its colours, to compare whole pictures. */
  cells(): Promise<string[]>;
  resize(columns: number, rows: number): void;
  /** Makes it look as if it did not read. */
  stall(on: boolean): void;
  write(text: string): void;
};

export function terminalScreen(columns: number, rows: number): TerminalScreen {
  const term = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 0});
  let all = '';
  let stalled = false;
  const settled = (): Promise<void> => new Promise((resolve) => term.write('', resolve));
  const write = (text: string): void => {
    all += text;
    term.write(text);
  };
  const seen = async (): Promise<string[]> => {
    await settled();
    return Array.from(
      {length: term.rows},
      (_, row) => term.buffer.active.getLine(row)?.translateToString(true) ?? '',
    );
  };
  return {
    canvas: {size: () => ({columns: term.cols, rows: term.rows}), write, busy: () => stalled},
    write,
    written: () => all,
    lines: seen,
    text: async () =>
      (await seen())
        .map((line) => line.trimEnd())
        .join('\n')
        .trimEnd(),
    async cells() {
      await settled();
      const cell = term.buffer.active.getNullCell();
      return Array.from({length: term.rows}, (_, row) => {
        const line = term.buffer.active.getLine(row);
        return Array.from({length: term.cols}, (__, column) => {
          line?.getCell(column, cell);
          const style = [
            cell.getFgColor(),
            cell.getFgColorMode(),
            cell.isBold(),
            cell.isDim(),
            cell.isInverse(),
          ];
          return `${cell.getChars() || ' '}${cell.getWidth()}/${style.join(',')}`;
        }).join('|');
      });
    },
    resize: (cols, height) => term.resize(cols, height),
    stall(on) {
      stalled = on;
    },
  };
}
