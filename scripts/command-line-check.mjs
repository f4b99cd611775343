import {unknownNames} from './known-names.mjs';
import {simpleCommands} from './shell-words.mjs';

/** What a reader puts something of his own in place of: `FILE`, `<kind>`, `0x…`, `$USER`. */
const isPlaceholder = (word) => /^[A-Z][A-Z0-9_-]*$/.test(word) || /[…$<]/.test(word);
/** Notation for what may be left out. */
const isOptional = (word) => word.startsWith('[');
/** Notation for one of several words, or for more of the same. */
const isEllipsis = (word) => word === '…' || word === '...';

/** Options of other programs that take a word of their own. */
const VALUED = {
  sudo: ['-u', '-g', '-U', '-D', '-p', '--user', '--group'],
  docker: ['-u', '-e', '-w', '-f', '--user', '--env', '--workdir', '--file'],
  ssh: ['-i', '-p', '-l', '-o', '-F', '-J'],
};
/** Programs and words of the shell before the command that they start. */
const BEFORE = new Set(['$', '→', '!', '{', 'if', 'then', 'else', 'do', 'while', 'time', 'exec', 'nohup']);
/** Programs that start a command after options of their own. */
const STARTERS = new Set([
  ...['bash', 'dash', 'sh', 'zsh', 'su', 'runuser', 'env', 'nice', 'timeout', 'watch', 'xargs'],
  ...['systemd-run', 'npx'],
]);

/**
 * What is wrong with the commands of aos, and of npm in this repository, in a text.
 * @param {string} text one command line
 * @param known `manifest`: oclif.manifest.json, `scripts` of package.json, `names` of known-names.mjs
 * @param {boolean} isWhole whether it is there to be typed: then nothing that is needed may be missing
 * @returns {string[]}
 */
export function commandLineProblems(text, known, isWhole) {
  return simpleCommands(text).flatMap((words) => problemsOf(words, known, isWhole));
}

function problemsOf(words, known, isWhole) {
  const [first, ...rest] = words.filter((word) => !isOptional(word));
  const again = (left) => problemsOf(left, known, isWhole);
  if (first === undefined) return [];
  const unit = /^Exec\w+=(.+)$/.exec(first)?.[1];
  if (unit !== undefined) return again([unit, ...rest]);
  if (/^\w+=/.test(first) || BEFORE.has(first)) return again(rest);
  // The five times of a line of cron, and its user.
  if (words.length > 6 && words.slice(0, 5).every((word) => /^[\d*/,-]+$/.test(word)))
    return again(words.slice(6));
  const program = first.slice(first.lastIndexOf('/') + 1);
  if (program === 'aos' || program === 'aos-operator') return aosProblems(rest, known, isWhole);
  if (program === 'node' && /(^|\/)run\.cjs$/.test(rest[0] ?? ''))
    return aosProblems(rest.slice(1), known, isWhole);
  if (program === 'npm') return npmProblems(rest, known, isWhole);
  if (program === 'sudo') return again(afterOptions(rest, VALUED.sudo));
  if (program === 'docker' || program === 'podman') {
    const at = rest.indexOf('exec');
    return at < 0 ? [] : again(afterOptions(rest.slice(at + 1), VALUED.docker).slice(1));
  }
  if (program === 'ssh')
    return commandLineProblems(afterOptions(rest, VALUED.ssh).slice(1).join(' '), known, isWhole);
  if (!STARTERS.has(program)) return [];
  const at = rest.findIndex((word) => /^([^ ]*\/)?aos(-operator)?( |$)/.test(word));
  if (at < 0) return [];
  // What is one word is a command line of its own, as in bash -c 'aos status'.
  return rest[at].includes(' ') ? commandLineProblems(rest[at], known, isWhole) : again(rest.slice(at));
}

function afterOptions(words, valued) {
  let at = 0;
  while (words[at]?.startsWith('-')) at += valued.includes(words[at]) ? 2 : 1;
  return words.slice(at);
}

function npmProblems([command, ...rest], known, isWhole) {
  const name = command === 'run' ? rest.find((word) => !word.startsWith('-')) : command;
  const given = rest.includes('--') ? rest.slice(rest.indexOf('--') + 1) : [];
  if (command === 'start') return aosProblems(['run', '--devnet', ...given], known, isWhole);
  if (command !== 'run' || name === undefined || isPlaceholder(name)) return [];
  return Object.hasOwn(known.scripts, name) ? [] : [`no such script: npm run ${name}`];
}

function aosProblems(args, {manifest, names}, isWhole) {
  const found = commandOf(args, manifest);
  if ('problem' in found) return found.problem === null ? [] : [found.problem];
  const {command, words} = found;
  const read = readArguments(words, command, isWhole);
  const name = `aos ${command.id.replaceAll(':', ' ')}`;
  // A code is written as a placeholder is, but for its underscore.
  const real = {
    words: read.rest.filter((word) => !isPlaceholder(word) || /^[A-Z]+_[A-Z_]+$/.test(word)),
    flags: read.given,
  };
  const unknown = unknownNames(command.id, real, names);
  const problems = [...read.problems, ...together(read, command, isWhole), ...unknown];
  return problems.map((problem) => `${name}: ${problem}`);
}

/** The command with what follows it, or why there is none; a problem of null: there is nothing to check. */
function commandOf(typed, {commands}) {
  const args = commandFirst(typed, commands);
  const end = args.findIndex((word) => word.startsWith('-'));
  const names = end < 0 ? args : args.slice(0, end);
  if (names.length === 1 && names[0] === 'version') return {problem: null};
  if (names[0] === 'help')
    return names[1] === 'exit-codes' ? {problem: null} : commandOrTopic(names.slice(1), commands);
  if (names.length === 0) {
    const [only] = args;
    if (only === undefined || ['--help', '-h', '--version', '-v', '-V'].includes(only))
      return {problem: null};
    return {command: commands['guide'], words: args}; // aos alone is the guide
  }
  for (let length = names.length; length > 0; length -= 1) {
    const command = commands[names.slice(0, length).join(':')];
    if (command !== undefined) return {command, words: args.slice(length)};
  }
  if (names.some(isEllipsis)) return {problem: null};
  const odd = args.find((word) => word.startsWith('-') && !['--help', '-h', '--json'].includes(word));
  const topic = commandOrTopic(names, commands);
  if (topic.problem !== null || odd === undefined || isPlaceholder(names[0])) return topic;
  return {problem: `aos ${names.join(' ')}: no such flag: ${odd}`};
}

/** Flags may come before the command: `aos -c FILE run`. */
function commandFirst(args, commands) {
  if (!args[0]?.startsWith('-')) return args;
  const at = args.findIndex((word) => Object.keys(commands).some((id) => id.split(':')[0] === word));
  return at < 0 ? args : [...args.slice(at), ...args.slice(0, at)];
}

function commandOrTopic(names, commands) {
  const id = names.join(':');
  const isTopic = Object.keys(commands).some((each) => each === id || each.startsWith(`${id}:`));
  if (isTopic || id === '' || isPlaceholder(names[0])) return {problem: null};
  return {problem: `no such command: aos ${names.join(' ')}`};
}

/** The flags by name, each with its values, and what else was given. */
function readArguments(typed, {flags, args, strict}, isWhole) {
  const words = typed.filter((word) => !isEllipsis(word));
  const given = new Map();
  const rest = [];
  const problems = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === '--') {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (word === '--help' || word === '-h') given.set('help', []);
    else if (/^-[^\d]/.test(word)) {
      const [written, value, more] = parted(word, flags);
      if (more !== undefined) words.splice(at + 1, 0, more);
      const flag = flagOf(written, flags);
      if (flag === undefined) problems.push(`no such flag: ${written}`);
      else {
        const values = given.get(flag.name) ?? [];
        given.set(flag.name, values);
        if (flag.type === 'option') {
          if (value === undefined) at += 1;
          const text = value ?? words[at];
          problems.push(...valueProblems(written, text, flag, isWhole));
          if (text !== undefined && !isPlaceholder(text)) values.push(text);
        } else if (value !== undefined) problems.push(`${written} takes no value`);
      }
    } else rest.push(word);
  }
  const wanted = Object.values(args);
  if (strict !== false && rest.length > wanted.length) problems.push(`one argument too many: ${rest.at(-1)}`);
  for (const [index, {name, options, required}] of wanted.entries()) {
    const value = rest[index];
    if (value === undefined) {
      if (required === true && isWhole && !given.has('help'))
        problems.push(`${name.toUpperCase()} is missing`);
    } else problems.push(...choiceProblems(name.toUpperCase(), value, options));
  }
  return {given, rest, problems};
}

/** A flag, the value in the same word, and what else that word holds: `--name=value`, `-n20`, `-fn` for `-f -n`. */
function parted(word, flags) {
  const at = word.indexOf('=');
  if (word.startsWith('--')) return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
  const short = word.slice(0, 2);
  if (word.length === 2) return [short];
  const flag = flagOf(short, flags);
  if (flag?.type === 'option') return [short, word.slice(word[2] === '=' ? 3 : 2)];
  return flag === undefined ? [word] : [short, undefined, `-${word.slice(2)}`];
}

function flagOf(written, flags) {
  const list = Object.values(flags);
  if (!written.startsWith('--')) return list.find(({char}) => `-${char}` === written);
  const name = written.slice(2);
  return list.find((flag) => flag.name === name || (flag.allowNo === true && `no-${flag.name}` === name));
}

function valueProblems(written, value, {options}, isWhole) {
  if (value === undefined) return isWhole ? [`${written} needs a value`] : [];
  return choiceProblems(written, value, options);
}

function choiceProblems(name, value, options) {
  if (options === undefined || isPlaceholder(value) || options.includes(value)) return [];
  return [`${name} is one of ${options.join(', ')}, not ${value}`];
}

/** Flags that exclude or need one another. */
function together({given}, {flags}, isWhole) {
  if (given.has('help')) return [];
  return Object.values(flags).flatMap(({name, exclusive = [], dependsOn = [], required}) => {
    if (!given.has(name)) return isWhole && required === true ? [`--${name} is missing`] : [];
    return [
      ...exclusive.filter((other) => given.has(other)).map((other) => `--${name} excludes --${other}`),
      ...(isWhole ? dependsOn.filter((other) => !given.has(other)) : []).map(
        (other) => `--${name} needs --${other}`,
      ),
    ];
  });
}
