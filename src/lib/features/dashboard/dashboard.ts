import type {Time} from '../../foundation/time/time.ts';
import type {OperatorEvent} from '../../node/events/events.ts';
import {emptyData, takeEvents, takeNews, type Data, type News} from './model/data.ts';
import {alarmSequence, copyOf, copySequence, explorerUrl, savedLine} from './effects.ts';
import {createInkScreen} from './ink-screen.tsx';
import {createDecoder, type Input} from './input.ts';
import {sortJobs} from './model/jobs.ts';
import {createLog, createLogFilter, type Entry} from './model/log.ts';
import {KEY_PACE_MS, paceOf} from './pace.ts';
import type {Canvas} from './painter.ts';
import type {Scene} from './panes/scene.ts';
import {drawScreen} from './screen.ts';
import type {Theme} from './theme.ts';
import {filterOf, initialUi, reduceUi, withNote, type Effect, type Ui} from './model/ui.ts';
import {SEVERITIES, type Severity} from './model/finding.ts';
import {findings} from './model/verdict.ts';
import {run, type RenderNext} from '../../foundation/next-step/next-step.ts';

export type DashboardOptions = {
  canvas: Canvas;
  theme: Theme;
  time: Time;
  /** The clock of the shown data: the wall clock, or that of a replay; Unix ms. */
  now: () => number;
  /** The name of the replayed file; null for a running operator. */
  replay: string | null;
  /** Whether Ctrl-C twice stops the operator. */
  ownsOperator: boolean;
  /** Renders a next step as the user types it. */
  next: RenderNext;
  /** Called once, when the user leaves. */
  onQuit: () => void;
  onInterrupt: () => void;
  /** Suspends this process, or the reason why it cannot be suspended. */
  suspend: (() => void) | {refused: string};
  /** Writes lines to a file; returns a line with the file name or the error. */
  saveLog: (lines: readonly string[]) => string;
};

export type Dashboard = {
  take(news: News): void;
  /** Takes the bytes that the terminal sent, as text. */
  input(chunk: string): void;
  /** Draws the whole screen again: its size changed, or its content is unknown. */
  redraw(): void;
  /** Continues to draw: the terminal reads again. */
  drained(): void;
  close(): void;
  /** Rejects when drawing fails. */
  broken: Promise<void>;
};

/** A lone ESC is the Esc key when no other byte follows within this time. */
const ESC_MS = 40;

/** Events that wait for the next frame at most; a busy operator sends more than this at the slowest pace. */
const MAX_FRESH = 2_000;

/** The state that a frozen screen shows. */
type Still = {now: number; data: Data; log: readonly Entry[]};

/**
 * Creates the dashboard: it collects news and keys as they arrive and draws at most one frame for each tick. It knows
 * neither the socket nor the process.
 */
// eslint-disable-next-line max-lines-per-function -- one screen: what it draws, reads and repeats shares its state
export function createDashboard(options: DashboardOptions): Dashboard {
  const {canvas, theme, time, now, next} = options;
  const screen = createInkScreen(canvas);
  const decoder = createDecoder();
  const log = createLog(next);
  const filterLog = createLogFilter();
  let data = emptyData(now());
  /** Events since the last frame, in order. */
  let fresh: OperatorEvent[] = [];
  let ui: Ui = initialUi;
  let still: Still | null = null;
  let sight = {page: 1, maxScroll: 0};
  let severity: Severity | null = null;
  let focused = true;
  let pressed = false;
  let lastKeyAt = time.monotonic();
  let lastShownAt = -Infinity;
  let cancelTick = (): void => {};
  let cancelEsc = (): void => {};
  let closed = false;

  /** Applies the collected events together: many cost little more than one. */
  function settle(): void {
    data = takeEvents(data, fresh);
    fresh = [];
  }

  function scene(): Scene {
    settle();
    const shown = still ?? {now: now(), data, log: log.entries()};
    const filter = filterOf(ui);
    return {
      now: shown.now,
      data: shown.data,
      ui,
      jobs: sortJobs(shown.data.view, filter, shown.now),
      log: filterLog(shown.log, {text: filter, level: ui.level}),
      findings: findings(shown.data, shown.now),
      next,
      replay: options.replay,
      uiNow: time.monotonic(),
    };
  }

  function show(): void {
    lastShownAt = time.monotonic();
    alarm();
    // A terminal that does not read gets no more frames; the first frame after that is complete.
    if (canvas.busy()) return;
    const size = canvas.size();
    const drawn = drawScreen(scene(), size);
    sight = drawn;
    screen.show(drawn, size, theme);
  }

  /** Rings once for each change to a worse severity, also while the screen is frozen. */
  function alarm(): void {
    settle();
    if (data.link.state === 'attaching') return;
    const [worst] = findings(data, now());
    if (worst === undefined) return;
    const before = severity;
    severity = worst.severity;
    if (before === null || !isWorse(severity, before) || canvas.busy()) return;
    canvas.write(alarmSequence(worst.text));
  }

  function schedule(): void {
    cancelTick();
    if (closed) return;
    const sinceKeyMs = time.monotonic() - lastKeyAt;
    cancelTick = time.after(paceOf({sinceKeyMs, pressed, focused}), tick);
  }

  function tick(): void {
    show();
    schedule();
  }

  function soon(): void {
    cancelTick();
    const wait = Math.max(0, lastShownAt + KEY_PACE_MS - time.monotonic());
    cancelTick = time.after(wait, tick);
  }

  function onInputs(inputs: readonly Input[]): void {
    for (const one of inputs) {
      if (one.type === 'focus') {
        focused = one.on;
        continue;
      }
      focused = true;
      pressed = true;
      lastKeyAt = time.monotonic();
      const current = scene();
      const step = reduceUi(ui, one, {
        now: time.monotonic(),
        jobs: current.jobs.map(({seq}) => seq),
        lines: current.log.map(({n}) => n),
        ownsOperator: options.ownsOperator,
        ...sight,
      });
      if (step.ui.frozen !== ui.frozen)
        still = step.ui.frozen ? {now: now(), data, log: [...log.entries()]} : null;
      ui = step.ui;
      for (const effect of step.effects) perform(effect, current);
    }
    if (inputs.length > 0 && !closed) soon();
  }

  function perform(effect: Effect, current: Scene): void {
    switch (effect) {
      case 'quit':
        options.onQuit();
        return;
      case 'interrupt':
        options.onInterrupt();
        return;
      case 'suspend':
        if (typeof options.suspend === 'function') options.suspend();
        else say(options.suspend.refused);
        return;
      case 'redraw':
        screen.forget();
        return;
      case 'copy':
        copy(copyOf(current));
        return;
      case 'doctor':
        copy(next(run('doctor')));
        return;
      case 'explorer': {
        const url = explorerUrl(current);
        if (url === null) say('this network has no block explorer');
        else copy(url);
        return;
      }
      case 'save':
        say(options.saveLog(current.log.map(savedLine)));
    }
  }

  function say(text: string): void {
    ui = withNote(ui, text, time.monotonic());
  }

  function copy(text: string): void {
    if (text === '') say('there is nothing to copy');
    else {
      if (!canvas.busy()) canvas.write(copySequence(text));
      say(`copied: ${text}`);
    }
  }

  tick();
  return {
    take(news) {
      if (news.type === 'event') {
        log.push(news.event);
        if (fresh.push(news.event) >= MAX_FRESH) settle();
        return;
      }
      settle();
      data = takeNews(data, news);
      if (news.type === 'history') for (const event of news.events) log.push(event);
      // These change the whole screen and are rare.
      if (news.type === 'attached' || news.type === 'away' || news.type === 'ended') soon();
    },
    input(chunk) {
      cancelEsc();
      onInputs(decoder.feed(chunk));
      if (decoder.pending()) cancelEsc = time.after(ESC_MS, () => onInputs(decoder.flush()));
    },
    redraw() {
      screen.forget();
      show();
    },
    drained() {
      screen.flush();
      soon();
    },
    close() {
      closed = true;
      cancelTick();
      cancelEsc();
      screen.close();
    },
    broken: screen.broken,
  };
}

function isWorse(a: Severity, b: Severity): boolean {
  const serious = a === 'fail' || a === 'warn';
  return serious && SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b);
}
