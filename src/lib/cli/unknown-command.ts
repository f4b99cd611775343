import {AosError} from '../foundation/errors/error.ts';
import {helpOf} from '../foundation/next-step/next-step.ts';
import {nearest} from '../foundation/text/nearest.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {withoutSecrets} from './usage-message.ts';

/** Words that people know from other programs, and what does that here. */
const KNOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  start: 'run',
  serve: 'run',
  up: 'run',
  operator: 'run',
  node: 'run',
  health: 'doctor',
  healthcheck: 'doctor',
  diagnose: 'doctor',
  check: 'doctor',
  test: 'doctor',
  setup: 'init',
  configure: 'init',
  new: 'init',
  install: 'init',
  unregister: 'deregister',
  leave: 'deregister',
  exit: 'deregister',
  'opt-in': 'register',
  'opt-out': 'deregister',
  join: 'register',
  info: 'status',
  ps: 'status',
  dashboard: 'dash',
  monitor: 'dash',
  watch: 'dash',
  top: 'dash',
  ui: 'dash',
  log: 'logs',
  validate: 'config validate',
  migrate: 'config migrate',
  task: 'job list',
  tasks: 'job list',
  jobs: 'job list',
  key: 'keys',
  keystore: 'keys',
  wallet: 'keys',
  import: 'keys ecdsa import',
  slash: 'slashing-history',
  slashes: 'slashing-history',
  slashing: 'slashing-history',
  challenges: 'challenge list',
  transaction: 'tx list',
  transactions: 'tx list',
  errors: 'explain',
  error: 'explain',
};

/** The command that a word means which is none; null: no idea. @param ids commands and topics, with spaces */
function knownElsewhere(word: string, ids: readonly string[]): string | null {
  const known = KNOWN_ELSEWHERE[word.toLowerCase()];
  if (known !== undefined && ids.includes(known)) return known;
  const begun = ids.filter(
    (id) => !id.includes(' ') && word.length >= 2 && id.startsWith(word.toLowerCase()),
  );
  return begun.length === 1 ? (begun[0] ?? null) : null;
}

/** The command of a topic whose last words are nearest to those that were typed. */
function childOf(words: readonly string[], commands: readonly string[]): string | null {
  for (let length = words.length - 1; length > 0; length -= 1) {
    const prefix = `${words.slice(0, length).join(' ')} `;
    const below = commands.filter((id) => id.startsWith(prefix));
    if (below.length === 0) continue;
    const meant = nearest(
      words.slice(length, length + 2).join(' '),
      below.map((id) => id.slice(prefix.length)),
    );
    return meant === null ? null : prefix + meant;
  }
  return null;
}

/**
 * Explains a command line whose command does not exist, with the command that was most likely meant.
 * @param args the command line, flags included
 * @param commands every command, with spaces
 */
export function unknownCommand(args: readonly string[], commands: readonly string[]): AosError {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const [first = ''] = words;
  const topics = new Set(
    commands.flatMap((id) => {
      const parts = id.split(' ');
      return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join(' '));
    }),
  );
  if (words.length === 0)
    return new AosError('USAGE', 'there is no command behind these flags', {next: helpOf('')});
  const whole = words.join(' ');
  if (topics.has(whole)) {
    const below = commands.filter((id) => id.startsWith(`${whole} `));
    return new AosError('USAGE', `aos ${whole} needs one of its commands: ${below.join(', ')}`, {
      next: helpOf(whole),
    });
  }
  // oclif takes a word behind a command for a command below it.
  const command = commands.find((id) => `${whole} `.startsWith(`${id} `));
  if (command !== undefined)
    return new AosError('USAGE', `aos ${command} takes no arguments, only flags`, {next: helpOf(command)});
  const typed = words.slice(0, 3).join(' ');
  const all = [...commands, ...topics];
  const isTopic = topics.has(first);
  const guess =
    (isTopic ? childOf(words, commands) : null) ??
    nearest(typed, isTopic ? [] : commands) ??
    nearest(words.slice(0, 2).join(' '), isTopic ? [] : commands) ??
    (isTopic ? null : (knownElsewhere(first, all) ?? nearest(first, all)));
  const asTyped = isTopic ? typed : first;
  const meant = guess === null ? '' : `; did you mean "aos ${guess}"?`;
  return new AosError('USAGE', `there is no command "${withoutSecrets(safeText(asTyped, 100))}"${meant}`, {
    next: helpOf(guess ?? (isTopic ? first : '')),
  });
}
