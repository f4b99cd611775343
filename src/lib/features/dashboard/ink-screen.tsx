import {render} from 'ink';
import {App} from './app.tsx';
import {createMarks, MARK_CELLS} from './marks.ts';
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

/** Ink on a canvas of ours: with `debug` it hands over whole frames of marks; the painter writes what of their lines changed. */
export function createInkScreen(canvas: Canvas): InkScreen {
  const painter = createPainter(canvas);
  const marks = createMarks();
  let closed = false;
  // Not a TTY for ink: then it leaves the cursor alone, which is the terminal's business (edge/dash-terminal).
  const stdout = {
    columns: MARK_CELLS,
    rows: canvas.size().rows,
    isTTY: false,
    write(frame: string): boolean {
      const whole = marks.resolve(frame);
      if (!closed) painter.paint(whole);
      return true;
    },
    on: () => stdout,
    off: () => stdout,
  };
  const instance = render(<App blocks={[]} markOf={marks.of} />, {
    // Ink uses no more of a stream than what is there.
    stdout: stdout as unknown as NodeJS.WriteStream,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  return {
    show({blocks}, {rows}, theme) {
      stdout.rows = rows;
      const painted = blocks.map(({key, lines}) => ({
        key,
        lines: lines.map((line) => paintLine(line, theme)),
      }));
      instance.rerender(<App blocks={painted} markOf={marks.of} />);
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
