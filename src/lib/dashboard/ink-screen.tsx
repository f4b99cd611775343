import {render} from 'ink';
import {App} from './app.tsx';
import {createPainter, type Canvas} from './painter.ts';
import type {Screen, Size} from './screen.ts';
import {paintLine, type Theme} from './theme.ts';

export type InkScreen = {
  /** Commits one React state; what of it is new goes to the canvas. */
  show(screen: Screen, size: Size, theme: Theme): void;
  /** The canvas has room again. */
  flush(): void;
  /** Draw everything again with the next picture. */
  forget(): void;
  close(): void;
  /** Rejects when a component throws. */
  broken: Promise<void>;
};

/** Ink on a canvas of ours: with `debug` it hands over whole frames, of which the painter writes what changed. */
export function createInkScreen(canvas: Canvas): InkScreen {
  const painter = createPainter(canvas);
  let closed = false;
  // Not a TTY for ink: then it leaves the cursor alone, which is the terminal's business (edge/dash-terminal).
  const stdout = {
    columns: canvas.size().columns,
    rows: canvas.size().rows,
    isTTY: false,
    write(frame: string): boolean {
      if (!closed) painter.paint(frame);
      return true;
    },
    on: () => stdout,
    off: () => stdout,
  };
  const instance = render(<App blocks={[]} width={stdout.columns} />, {
    // Ink uses no more of a stream than what is there.
    stdout: stdout as unknown as NodeJS.WriteStream,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  return {
    show({blocks}, {columns, rows}, theme) {
      stdout.columns = columns;
      stdout.rows = rows;
      const painted = blocks.map(({key, lines}) => ({
        key,
        lines: lines.map((line) => paintLine(line, theme)),
      }));
      instance.rerender(<App blocks={painted} width={columns} />);
    },
    flush: painter.flush,
    forget: painter.forget,
    close() {
      closed = true;
      instance.unmount();
      instance.cleanup();
    },
    broken: instance.waitUntilExit().then(() => undefined),
  };
}
