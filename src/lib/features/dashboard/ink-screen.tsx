import {render} from 'ink';
import {App} from './app.tsx';
import {createMarks, MARK_CELLS} from './marks.ts';
import {createPainter, type Canvas} from './painter.ts';
import type {Screen, Size} from './screen.ts';
import {paintLine, type Theme} from './theme.ts';

export type InkScreen = {
  /** Commits one React state and writes its changes to the canvas. */
  show(screen: Screen, size: Size, theme: Theme): void;
  /** Draws the frame that waits: the canvas takes text again. */
  flush(): void;
  /** Makes the next frame a complete one. */
  forget(): void;
  close(): void;
  /** Rejects when a component throws. */
  broken: Promise<void>;
};

/** Runs ink on our canvas: with `debug`, ink returns whole frames of marks, and the painter writes the lines that changed. */
export function createInkScreen(canvas: Canvas): InkScreen {
  const painter = createPainter(canvas);
  const marks = createMarks();
  let closed = false;
  // Ink gets no TTY here, so that it leaves the cursor alone, which terminal.ts handles.
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
    // Ink uses only these members of a stream.
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
