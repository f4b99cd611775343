/** The action of a key. */
export type Command =
  | 'help'
  | 'quit'
  | 'interrupt'
  | 'filter'
  | 'detail'
  | 'back'
  | 'next-pane'
  | 'previous-pane'
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'freeze'
  | 'log'
  | 'copy'
  | 'level'
  | 'wrap'
  | 'times'
  | 'save'
  | 'explain'
  | 'doctor'
  | 'explorer'
  | 'redraw'
  | 'suspend';

export type KeyBinding = {
  command: Command;
  /** Key names of the decoder. */
  keys: readonly string[];
  /** The keys as help and key bar print them. */
  shown: string;
  /** The word in the key bar of the main page; null for keys that only the help lists. */
  bar: string | null;
  /** The line of the help; '' when the line of the previous key covers it. */
  help: string;
};

const key = (
  command: Command,
  keys: readonly string[],
  shown: string,
  bar: string | null,
  help: string,
): KeyBinding => ({command, keys, shown, bar, help});

/** All keys, the most needed first; the help and the key bar are made from this table. */
export const KEYS: readonly KeyBinding[] = [
  key('help', ['?', 'h', 'f1'], '?', 'help', 'this page'),
  key('quit', ['q'], 'q', 'quit', 'close the dashboard; the operator keeps running'),
  key('interrupt', ['ctrl-c'], 'Ctrl-C', null, 'close the dashboard; in aos run twice: stop the operator'),
  key('filter', ['/'], '/', 'filter', 'show only jobs and log lines with a text'),
  key('detail', ['enter'], 'Enter', 'detail', 'everything about the pane or the selected line'),
  key('explain', ['e'], 'e', null, 'explain the current problem'),
  key('back', ['esc'], 'Esc', null, 'back; ends the filter, follows the log again'),
  key('next-pane', ['tab', 'right'], 'Tab', 'pane', 'next and previous pane; 1 to 7 go to one'),
  key('previous-pane', ['backtab', 'left'], 'Shift-Tab', null, ''),
  key('freeze', ['p'], 'p', 'freeze', 'freeze or unfreeze the screen, to read or select'),
  key('log', ['l'], 'l', 'log', 'the log on the whole screen'),
  key('copy', ['y'], 'y', 'copy', 'copy the selected id or line (OSC 52)'),
  key('down', ['j', 'down'], 'j ↓', null, 'one line down and up'),
  key('up', ['k', 'up'], 'k ↑', null, ''),
  key('page-down', ['pgdn', 'ctrl-d', ' '], 'PgDn', null, 'one page down and up'),
  key('page-up', ['pgup', 'ctrl-u', 'b'], 'PgUp', null, ''),
  key('first', ['g', 'home'], 'g', null, 'first and last line; at the last the log follows again'),
  key('last', ['G', 'end'], 'G', null, ''),
  key('level', ['v'], 'v', null, 'log: info and worse, warnings, errors, everything'),
  key('wrap', ['w'], 'w', null, 'log: wrap long lines'),
  key('times', ['t'], 't', null, 'log: time of day, age, none'),
  key('save', ['s'], 's', null, 'save the log to a file'),
  key('doctor', ['d'], 'd', null, 'the command that checks everything'),
  key('explorer', ['o'], 'o', null, 'the address of this node in a block explorer'),
  key('redraw', ['ctrl-l'], 'Ctrl-L', null, 'redraw'),
  key('suspend', ['ctrl-z'], 'Ctrl-Z', null, 'suspend the dashboard, never the operator; fg resumes'),
];

const BY_NAME: ReadonlyMap<string, Command> = new Map(
  KEYS.flatMap(({command, keys}) => keys.map((name) => [name, command] as const)),
);

/** Finds the action of a key name. @returns undefined for a key without one */
export function commandOf(name: string): Command | undefined {
  return BY_NAME.get(name);
}
