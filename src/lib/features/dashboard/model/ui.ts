import type {Input} from '../input.ts';
import {commandOf, type Command} from './keys.ts';
import {shown} from './line.ts';
import {LOG_LEVELS, type LogLevel} from './log.ts';

export const PANES = ['heartbeat', 'clock', 'sampling', 'signer', 'standing', 'jobs', 'log'] as const;
export type Pane = (typeof PANES)[number];

/** The page on the screen. */
export type Page = 'main' | 'log' | 'detail' | 'help' | 'explain';

export type Times = 'clock' | 'age' | 'none';

/** The choices of the user; no part of it comes from the operator. */
export type Ui = {
  pane: Pane;
  page: Page;
  /** The page to which Esc returns from detail, help and explain. */
  under: 'main' | 'log';
  filter: string;
  /** The filter while the user types it, else null. */
  draft: string | null;
  level: LogLevel;
  /** The selected job (its `seq`) and log line (its `n`); null selects the first job and the newest line. */
  job: number | null;
  line: number | null;
  /** The first visible line of detail, help and explain. */
  scroll: number;
  wrap: boolean;
  times: Times;
  frozen: boolean;
  /** A short message in place of the key bar, until a time (monotonic ms). */
  note: {text: string; until: number} | null;
  /** Monotonic ms of the first Ctrl-C; a second one within {@link CONFIRM_MS} confirms it. */
  askedAt: number | null;
  /** How often the user asked the operator to stop. */
  stops: number;
};

export const initialUi: Ui = {
  pane: 'jobs',
  page: 'main',
  under: 'main',
  filter: '',
  draft: null,
  level: 'info',
  job: null,
  line: null,
  scroll: 0,
  wrap: false,
  times: 'clock',
  frozen: false,
  note: null,
  askedAt: null,
  stops: 0,
};

export const CONFIRM_MS = 3_000;
const NOTE_MS = 5_000;
const MAX_FILTER = 100;

/** The part of the screen's state on which keys depend. */
export type Sight = {
  /** Monotonic ms. */
  now: number;
  /** The listed jobs (their `seq`) and log lines (their `n`), top to bottom. */
  jobs: readonly number[];
  lines: readonly number[];
  /** Lines that a page key moves. */
  page: number;
  /** The largest value of `scroll`. */
  maxScroll: number;
  /** Whether Ctrl-C may stop the operator, as in the dashboard of `aos run`. */
  ownsOperator: boolean;
};

/** An action outside the state of the screen. */
export type Effect =
  | 'quit'
  /** Signals the operator's process to stop: it drains after the first signal and ends after the second. */
  | 'interrupt'
  | 'suspend'
  | 'redraw'
  | 'copy'
  | 'save'
  | 'doctor'
  | 'explorer';

export type Step = {ui: Ui; effects: readonly Effect[]};

/** Returns the next state after one input, and the actions it causes. Pure and total. */
export function reduceUi(ui: Ui, input: Input, sight: Sight): Step {
  if (input.type === 'focus') return only(ui);
  if (input.type === 'paste')
    return only(ui.draft === null ? ui : {...ui, draft: addTo(ui.draft, input.text)});
  const {name} = input;
  if (name === 'ctrl-c') return onInterrupt(ui, sight);
  const calm = ui.askedAt === null ? ui : {...ui, askedAt: null, note: null};
  if (calm.draft !== null) return only(onFilterKey(calm, calm.draft, name));
  if (/^[1-7]$/.test(name)) {
    const pane = PANES[Number(name) - 1] ?? ui.pane;
    return only({...calm, pane, page: 'main', under: 'main', scroll: 0});
  }
  const command = commandOf(name);
  return command === undefined ? only(calm) : onCommand(calm, command, sight);
}

const only = (ui: Ui): Step => ({ui, effects: []});

/** Returns the state with a short message in place of the key bar. @param now monotonic ms */
export function withNote(ui: Ui, text: string, now: number): Ui {
  return {...ui, note: {text: shown(text), until: now + NOTE_MS}};
}

function onInterrupt(ui: Ui, {now, ownsOperator}: Sight): Step {
  if (!ownsOperator) return {ui, effects: ['quit']};
  if (ui.stops > 0) return {ui: {...ui, stops: ui.stops + 1}, effects: ['interrupt']};
  if (ui.askedAt !== null && now - ui.askedAt <= CONFIRM_MS) {
    const text = 'the operator finishes its jobs and ends; Ctrl-C once more ends it at once';
    return {ui: {...withNote(ui, text, now), askedAt: null, stops: 1}, effects: ['interrupt']};
  }
  const note = {
    text: 'Ctrl-C again within 3 s stops the operator; q leaves it running',
    until: now + CONFIRM_MS,
  };
  return only({...ui, askedAt: now, note});
}

function onFilterKey(ui: Ui, draft: string, name: string): Ui {
  if (name === 'enter')
    return {...ui, filter: draft.trim().toLowerCase(), draft: null, job: null, line: null};
  if (name === 'esc') return {...ui, draft: null};
  if (name === 'backspace') return {...ui, draft: Array.from(draft).slice(0, -1).join('')};
  if (name === 'ctrl-u') return {...ui, draft: ''};
  return Array.from(name).length === 1 ? {...ui, draft: addTo(draft, name)} : ui;
}

function addTo(draft: string, text: string): string {
  return (draft + shown(text.replace(/[\r\n\t]+/g, ' '), MAX_FILTER)).slice(0, MAX_FILTER);
}

/** Returns the active filter, which includes the one that the user types. */
export function filterOf({filter, draft}: Ui): string {
  return draft === null ? filter : draft.trim().toLowerCase();
}

function onCommand(ui: Ui, command: Command, sight: Sight): Step {
  switch (command) {
    case 'quit':
    case 'suspend':
    case 'redraw':
    case 'copy':
    case 'save':
    case 'doctor':
    case 'explorer':
      return {ui, effects: [command]};
    case 'interrupt':
      return onInterrupt(ui, sight);
    case 'help':
      return only(overlay(ui, 'help'));
    case 'explain':
      return only(overlay(ui, 'explain'));
    case 'detail':
      return only(ui.page === 'help' || ui.page === 'explain' ? close(ui) : overlay(ui, 'detail'));
    case 'back':
      return only(back(ui));
    case 'filter':
      return only({...close(ui), draft: ui.filter});
    case 'log':
      return only(
        ui.page === 'log'
          ? {...ui, page: 'main', under: 'main'}
          : {...ui, page: 'log', under: 'log', pane: 'log'},
      );
    case 'freeze':
      return only({...ui, frozen: !ui.frozen});
    case 'wrap':
      return only({...ui, wrap: !ui.wrap});
    case 'times':
      return only({...ui, times: ui.times === 'clock' ? 'age' : ui.times === 'age' ? 'none' : 'clock'});
    case 'level': {
      const level = LOG_LEVELS[(LOG_LEVELS.indexOf(ui.level) + 1) % LOG_LEVELS.length] ?? 'all';
      return only(
        withNote({...ui, level, line: null}, `log: ${level === 'all' ? 'everything' : level}`, sight.now),
      );
    }
    case 'next-pane':
      return only(pane(ui, 1));
    case 'previous-pane':
      return only(pane(ui, -1));
    case 'down':
      return only(move(ui, sight, 1));
    case 'up':
      return only(move(ui, sight, -1));
    case 'page-down':
      return only(move(ui, sight, sight.page));
    case 'page-up':
      return only(move(ui, sight, -sight.page));
    case 'first':
      return only(move(ui, sight, -Infinity));
    case 'last':
      return only(move(ui, sight, Infinity));
  }
}

function overlay(ui: Ui, page: 'help' | 'detail' | 'explain'): Ui {
  return ui.page === page ? close(ui) : {...ui, page, scroll: 0};
}

function close(ui: Ui): Ui {
  return {...ui, page: ui.page === 'log' ? 'log' : ui.under, scroll: 0};
}

/** Undoes one choice for each press of Esc. */
function back(ui: Ui): Ui {
  if (ui.page === 'help' || ui.page === 'detail' || ui.page === 'explain') return close(ui);
  if (ui.note !== null) return {...ui, note: null};
  if (ui.line !== null || ui.job !== null) return {...ui, line: null, job: null};
  if (ui.filter !== '') return {...ui, filter: ''};
  if (ui.page === 'log') return {...ui, page: 'main', under: 'main'};
  return {...ui, frozen: false};
}

function pane(ui: Ui, by: 1 | -1): Ui {
  const next = PANES[(PANES.indexOf(ui.pane) + by + PANES.length) % PANES.length] ?? ui.pane;
  return {...ui, pane: next, page: 'main', under: 'main', scroll: 0};
}

function move(ui: Ui, {jobs, lines, maxScroll}: Sight, by: number): Ui {
  if (ui.page === 'help' || ui.page === 'detail' || ui.page === 'explain')
    return {...ui, scroll: Math.max(0, Math.min(maxScroll, ui.scroll + by))};
  if (ui.pane === 'jobs' && ui.page === 'main') return {...ui, job: stepIn(jobs, ui.job, by, 0)};
  if (ui.pane !== 'log') return ui;
  const line = stepIn(lines, ui.line, by, lines.length - 1);
  // At its last line the pane follows the log again.
  return {...ui, line: line === lines.at(-1) && by > 0 ? null : line};
}

/** Returns the item `by` places further within the list; starts at `home` when the selection is empty or gone. */
function stepIn(items: readonly number[], selected: number | null, by: number, home: number): number | null {
  const at = selected === null ? -1 : items.indexOf(selected);
  const from = at < 0 ? home : at;
  return items[Math.max(0, Math.min(items.length - 1, from + by))] ?? null;
}
