import {quoted} from '../../foundation/text/shell-word.ts';

/** What can be typed behind `aos`, taken from the manifest. */
export type CommandWords = {
  /** `signer check`; '' is aos itself. */
  words: string;
  summary: string;
  flags: readonly FlagWords[];
  /** Values of its argument, where there is a list. */
  values: readonly string[];
};

export type FlagWords = {
  /** With its dashes: `--config`, `--no-ascii`. */
  name: string;
  char: string | null;
  summary: string;
  /** `none`: a switch. `file`: a path. `any`: a free value. */
  value: 'none' | 'file' | 'any' | readonly string[];
};

/** A word that can follow others, with what it is. */
export type NextWord = {word: string; summary: string};

/** The parts of the command line above commands: `signer` of `signer check`, '' of all. */
export function topicsOf(commands: readonly CommandWords[]): string[] {
  const paths = commands.flatMap(({words}) =>
    [...words.matchAll(/ /g)].map(({index}) => words.slice(0, index)),
  );
  return ['', ...new Set(paths)].sort();
}

/** The words that may follow a topic. */
export function wordsBelow(topic: string, commands: readonly CommandWords[]): NextWord[] {
  const start = topic === '' ? '' : `${topic} `;
  const found = new Map<string, string>();
  for (const {words, summary} of commands) {
    if (!words.startsWith(start) || words === '') continue;
    const [word = '', ...rest] = words.slice(start.length).split(' ');
    if (!found.has(word)) found.set(word, rest.length === 0 ? summary : `${word} …`);
  }
  return [...found].map(([word, summary]) => ({word, summary}));
}

/** The flags behind a topic; behind aos itself also those of the first screen, which takes them. */
export function topFlags(topic: string, commands: readonly CommandWords[]): string[] {
  if (topic !== '') return ['--help'];
  const own = commands.find(({words}) => words === 'guide')?.flags ?? [];
  return ['--help', '--version', ...own.map(({name}) => name)];
}

/** The shell patterns of a command with this flag as its last word. */
export function flagPattern(words: string, {name, char}: FlagWords, or: string): string {
  const forms = char === null ? [name] : [name, `-${char}`];
  return forms.map((form) => quoted(`${words} ${form}`)).join(or);
}
