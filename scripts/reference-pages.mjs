/** The pages of docs/reference/, made from what the program says of itself. Pure. */

const MADE = (what) =>
  `<!-- Made by \`npm run docs:reference\` from ${what}: change that, not this file. -->`;

/** Flags that every command has: they are listed once. */
const GLOBAL = new Set(['json', 'ascii', 'color', 'no-input', 'quiet']);

/** Text of the program in Markdown: `<kind>`, `*` and `|` are no markup there. */
const prose = (text) => filled(text).replaceAll(/[<*|]/g, (sign) => `\\${sign}`);
const cell = (text) => prose(text).replaceAll(/\s*\n\s*/g, '<br>');

/** A line of help is a line here. */
const lines = (text) => prose(text).replaceAll(/(?<!\n)\n(?!\n)/g, '<br>\n');

/** oclif's template of the program's name. */
const filled = (text) => text.replaceAll('<%= config.bin %>', 'aos');

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param manifest oclif.manifest.json, parsed */
export function commandsPage({commands}) {
  const shown = Object.values(commands)
    .filter(({hidden}) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const globals = Object.values(shown[0].flags).filter(({name}) => GLOBAL.has(name));
  return `${[
    '# Commands',
    MADE('oclif.manifest.json'),
    '`aos COMMAND --help` prints the same for the version that is installed. What a command answers with `--json` is in [JSON](json.md), how it ends in [errors](errors.md#exit-codes).',
    shown.map(({id}) => `[${wordsOf(id)}](#aos-${anchorOf(id)})`).join(' · '),
    '## Flags of every command',
    table(['flag', 'meaning'], [...globals.map(flagRow), ['`--help`', 'Show help.']]),
    ...shown.flatMap(commandParts),
  ].join('\n\n')}\n`;
}

const wordsOf = (id) => id.replaceAll(':', ' ');
const anchorOf = (id) => id.replaceAll(':', '-');

function commandParts({id, summary, description, args, flags, examples}) {
  const own = Object.values(flags).filter(({name, hidden}) => !GLOBAL.has(name) && hidden !== true);
  const taken = Object.values(args);
  const usage = [
    `aos ${wordsOf(id)}`,
    ...taken.map(({name, required}) => (required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`)),
    ...own
      .filter(({required}) => required === true)
      .map(({name, helpValue}) => `--${name} ${helpValue ?? name.toUpperCase()}`),
    ...(own.length === 0 ? [] : ['[FLAGS]']),
  ].join(' ');
  return [
    `## aos ${wordsOf(id)}`,
    ...(summary === undefined ? [] : [prose(summary)]),
    `    ${usage}`,
    ...(description === undefined ? [] : [lines(description)]),
    ...(taken.length === 0 ? [] : [table(['argument', 'meaning'], taken.map(argumentRow))]),
    ...(own.length === 0 ? [] : [table(['flag', 'meaning'], own.map(flagRow))]),
    ...(examples === undefined || examples.length === 0 ? [] : [examplesText(examples)]),
  ];
}

function argumentRow({name, description, options, required}) {
  const facts = [...choices(options), ...(required === true ? [] : ['may be left out'])];
  return [`\`${name.toUpperCase()}\``, cell(sentences(description, facts))];
}

function flagRow({name, char, type, helpValue, summary, description, options, ...rest}) {
  const names = [
    ...(char === undefined ? [] : [`-${char}`]),
    rest.allowNo === true ? `--[no-]${name}` : `--${name}`,
  ];
  const value = type === 'option' ? ` ${helpValue ?? name.toUpperCase()}` : '';
  const {dependsOn, exclusive} = rest;
  // A list of names begins on a line of its own.
  const about = [summary, description].filter(Boolean).join(description?.includes('\n') ? '\n' : ' ');
  const facts = [
    ...choices(options),
    ...(rest.default === undefined || rest.default === false ? [] : [`default: ${rest.default}`]),
    ...(rest.required === true ? ['always needed'] : []),
    ...(rest.multiple === true ? ['may be given several times'] : []),
    ...(dependsOn === undefined ? [] : [`only with ${dashed(dependsOn)}`]),
    ...(exclusive === undefined ? [] : [`not with ${dashed(exclusive)}`]),
  ];
  return [names.map((each) => `\`${each}${value}\``).join(', '), cell(sentences(about, facts))];
}

const dashed = (names) => names.map((name) => `--${name}`).join(', ');
const choices = (options) => (options === undefined ? [] : [`one of: ${options.join(', ')}`]);

/** What is said of a flag or an argument, then each fact as a sentence of its own. */
function sentences(about = '', facts = []) {
  const said = about === '' || /[.:?!]$/.test(about) ? about : `${about}.`;
  const all = [said, ...facts.map((fact) => `${fact[0].toUpperCase()}${fact.slice(1)}.`)];
  return all.filter(Boolean).join(' ');
}

function examplesText(examples) {
  const typed = examples.flatMap((example) =>
    typeof example === 'string'
      ? [filled(example)]
      : [`# ${filled(example.description)}`, filled(example.command)],
  );
  return typed.map((line) => `    ${line}`).join('\n');
}

/** @param codes `result.codes` of `aos explain --json` */
export function errorsPage(codes) {
  const of = (kind) => codes.filter((code) => code.kind === kind);
  return `${[
    '# Exit codes, errors and checks',
    MADE('the tables of the source'),
    '`aos explain CODE` prints one entry for the version that is installed. The next step of an error that you see may be better than the general one here: it knows the cause.',
    '## Exit codes',
    'The same with and without `--json`.',
    table(
      ['code', 'means', 'what a script or supervisor does', 'errors that end with it'],
      of('exit-code').map(({code, means, next, codes: ending}) => [
        `\`${code}\``,
        cell(means),
        cell(next),
        ending.map((name) => `[${name}](#${name.toLowerCase()})`).join(', '),
      ]),
    ),
    '## Errors',
    'An error ends a command with its exit code. The running operator reports the same codes as problems, which do not end it.',
    ...of('error').flatMap(codeParts),
    '## Notices',
    'A notice ends nothing: the command or the operator continues.',
    ...of('notice').flatMap(codeParts),
    '## Checks',
    'Of `aos doctor`, `aos signer check`, `aos register --check` and `aos deregister --check`.',
    table(
      ['check', 'what it shows', 'look for', 'next'],
      of('check').map(({code, means, causes, next}) => [
        `\`${code}\``,
        cell(means),
        cell(causes.join(' ')),
        cell(next),
      ]),
    ),
  ].join('\n\n')}\n`;
}

function codeParts({code, exitCode, category, means, causes, next}) {
  return [
    `### ${code}`,
    `${exitCode === null ? '' : `Exit code ${exitCode} (${category}). `}${prose(means)}`,
    ...(causes.length === 0 ? [] : [causes.map((cause) => `- ${prose(cause)}`).join('\n')]),
    `Next: ${prose(next)}`,
  ];
}

/** @param schemas `result.schemas` of `aos schema --json` */
export function jsonPage(schemas) {
  return `${[
    '# JSON schemas',
    MADE('the published schemas'),
    'What they have in common is in [JSON](../json.md). `aos schema NAME` prints one as JSON Schema.',
    table(
      ['name', '`schema` of the answer', 'kind', 'of'],
      schemas.map(({name, id, kind, summary}) => [`\`${name}\``, `\`${id}\``, kind, cell(summary)]),
    ),
  ].join('\n\n')}\n`;
}
