import type {CommandWords, FlagWords} from './words.ts';
import {SCHEMA_NAMES} from '../../cli/schema/names.ts';
import {CUSTOM_NETWORK, NETWORKS} from '../../config/networks.ts';
import {JOB_OUTCOMES, JOB_STATES} from '../../node/events/job-states.ts';
import {WORKER_KINDS} from '../../protocol/wire/messages.ts';
import {CATEGORIES, CHECK_IDS} from '../doctor/registry.ts';
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
const VALUES: Readonly<Record<string, () => readonly string[]>> = {
  explain: explainedCodes,
  schema: () => SCHEMA_NAMES,
};

const CHECKS: readonly string[] = [...CATEGORIES, ...CHECK_IDS];
const STATES = [...new Set<string>([...JOB_STATES, ...JOB_OUTCOMES])];
const OFFERED = [...NETWORKS.filter(({retired}) => retired === null).map(({name}) => name), CUSTOM_NETWORK];
/** Values of flags that the manifest does not list: a flag of one command, or of every command that has it. */
const FLAG_VALUES: Readonly<Record<string, readonly string[]>> = {
  'doctor only': CHECKS,
  'doctor skip': CHECKS,
  'job list state': STATES,
  'job export state': STATES,
  kind: WORKER_KINDS,
  network: OFFERED,
  'worker-kind': WORKER_KINDS,
};

/** The manifest's commands as a shell has to know them. */
export function commandWords(commands: readonly Loadable[]): CommandWords[] {
  const own = commands
    .filter(({hidden}) => !hidden)
    .map(({id, summary, flags, args}) => {
      const words = id.replaceAll(':', ' ');
      return {
        words,
        summary: oneLine(summary),
        flags: Object.values(flags).flatMap((flag) => flagWords(flag, words)),
        values: VALUES[id]?.() ?? Object.values(args).flatMap(({options}) => options ?? []),
      };
    })
    .sort((a, b) => (a.words < b.words ? -1 : 1));
  // Answered by the program itself, so that the manifest has none of it.
  const helped = [...own, {words: 'exit-codes', summary: 'What each exit code means'}];
  return [
    ...own,
    ...helped.map(({words, summary}) => ({words: `help ${words}`, summary, flags: [], values: []})),
  ];
}

function flagWords(flag: Flag, words: string): FlagWords[] {
  if (flag.hidden === true) return [];
  const {name, char = null} = flag;
  const summary = oneLine(flag.summary);
  if (flag.type === 'boolean') {
    const on: FlagWords = {name: `--${name}`, char, summary, value: 'none'};
    return flag.allowNo === true ? [on, {...on, name: `--no-${name}`, char: null}] : [on];
  }
  const {helpValue} = flag;
  const known = flag.options ?? FLAG_VALUES[`${words} ${name}`] ?? FLAG_VALUES[name];
  const isPath = typeof helpValue === 'string' && /^(FILE|DIR|DIRECTORY|PATH)$/.test(helpValue);
  return [{name: `--${name}`, char, summary, value: known ?? (isPath ? 'file' : 'any')}];
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
