import type {CommandWords, FlagWords} from './words.ts';
import {explainedCodes} from '../explain/explain.ts';

/** What of the manifest is needed here. */
type Flag = {
  name: string;
  type: string;
  char?: string | undefined;
  summary?: string | undefined;
  hidden?: boolean | undefined;
  allowNo?: boolean | undefined;
  helpValue?: unknown;
  options?: readonly string[] | undefined;
};
type Loadable = {
  id: string;
  summary?: string | undefined;
  hidden: boolean;
  flags: Readonly<Record<string, Flag>>;
  args: Readonly<Record<string, {options?: readonly string[] | undefined}>>;
};

/** Values of arguments that the manifest does not list. */
const VALUES: Readonly<Record<string, () => string[]>> = {
  explain: explainedCodes,
};

/** The manifest's commands as a shell has to know them. */
export function commandWords(commands: readonly Loadable[]): CommandWords[] {
  const own = commands
    .filter(({hidden}) => !hidden)
    .map(({id, summary, flags, args}) => ({
      words: id.replaceAll(':', ' '),
      summary: oneLine(summary),
      flags: Object.values(flags).flatMap(flagWords),
      values: VALUES[id]?.() ?? Object.values(args).flatMap(({options}) => options ?? []),
    }))
    .sort((a, b) => (a.words < b.words ? -1 : 1));
  // Answered by the program itself, so that the manifest has none of it.
  const topics = ['exit-codes', ...new Set(own.map(({words}) => words.replace(/ .*/, '')))];
  return [
    ...own,
    {words: 'help', summary: 'The help of a command, and the exit codes', flags: [], values: topics},
  ];
}

function flagWords(flag: Flag): FlagWords[] {
  if (flag.hidden === true) return [];
  const {name, char = null} = flag;
  const summary = oneLine(flag.summary);
  if (flag.type === 'boolean') {
    const on: FlagWords = {name: `--${name}`, char, summary, value: 'none'};
    return flag.allowNo === true ? [on, {...on, name: `--no-${name}`, char: null}] : [on];
  }
  const {helpValue} = flag;
  const isPath = typeof helpValue === 'string' && /^(FILE|DIR|DIRECTORY|PATH)$/.test(helpValue);
  return [{name: `--${name}`, char, summary, value: flag.options ?? (isPath ? 'file' : 'any')}];
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
