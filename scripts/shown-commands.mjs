/**
 * Fails on a command line of README, docs or help that `aos` would refuse: `node scripts/shown-commands.mjs [DIRECTORY]`, the
 * repository when none is given. Read are
 * - code blocks in no language or that of a shell: each line as it would be typed
 * - inline code, and comments of other blocks that hold a flag: no flag and no command that does not exist
 * - the examples of the manifest
 * Names of codes, checks and schemas are those of docs/reference.
 * CHANGELOG.md is left out: it says what was right then.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {commandLineProblems} from './command-line-check.mjs';
import {namesOf} from './known-names.mjs';

const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('oclif.manifest.json'));
const {scripts = {}} = JSON.parse(read('package.json'));
const names = namesOf(read('docs/reference/errors.md'), read('docs/reference/json.md'));
const known = {manifest, scripts, names};

const SHELLS = new Set(['', 'sh', 'bash', 'console', 'shell', 'text', 'ini', 'systemd']);

/** Code between as many backticks, within a paragraph. */
const INLINE = /(?<!`)(`+)(?!`)((?:(?!\n\s*\n)[\s\S])*?[^`])\1(?!`)/g;

function documents() {
  const pages = readdirSync(path.join(root, 'docs'), {recursive: true})
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll(path.sep, '/')}`);
  const tops = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  return [...tops.filter((name) => existsSync(path.join(root, name))), ...pages.sort()];
}

/** The lines of a document: `kind` is prose, code to type (shell), or other code. */
function linesOf(text) {
  let fence = null;
  let indented = false;
  let before = '';
  return text.split('\n').map((line, index) => {
    const mark = /^\s*(```+|~~~+)\s*(\w*)/.exec(line);
    const at = {number: index + 1, line};
    if (fence !== null || mark !== null) {
      if (mark === null) return {...at, kind: SHELLS.has(fence) ? 'shell' : 'other'};
      fence = fence === null ? mark[2] : null;
      return {...at, kind: 'other', line: ''};
    }
    indented = /^( {4}|\t)/.test(line) && (indented || before.trim() === '');
    before = line;
    return {...at, kind: indented ? 'shell' : 'prose'};
  });
}

/** Command lines to type, a continued one as one. */
function typed(lines) {
  const out = [];
  let open = null;
  for (const {kind, line, number} of lines) {
    if (kind !== 'shell') open = null;
    else if (open !== null) open.text += `\n${line}`;
    else {
      open = {number, text: line};
      out.push(open);
    }
    if (!line.endsWith('\\')) open = null;
  }
  return out;
}

/** Inline code, which may reach over the end of a line. */
function inline(lines) {
  const prose = lines.map(({kind, line}) => (kind === 'prose' ? line : '')).join('\n');
  return [...prose.matchAll(INLINE)].map(({2: code, index}) => ({
    number: prose.slice(0, index).split('\n').length,
    text: code.replaceAll('\n', ' ').trim(),
  }));
}

/** The text of an alert, `aos PROBLEM: …`, shows one command at most: its next step. */
function withoutAlert(text) {
  if (!/^\s*aos [A-Z]+( [A-Z]+)?: /.test(text)) return text;
  return / → (?:[^·]*: )?(aos [^·]*)/.exec(text)?.[1] ?? '';
}

/** Comments that show a command, as in a configuration. */
function comments(lines) {
  return lines.flatMap(({kind, line, number}) => {
    const text = kind === 'prose' ? undefined : /#\s(aos\s.*\s--?[a-z].*)$/.exec(line)?.[1];
    return text === undefined ? [] : [{number, text}];
  });
}

function problemsIn(file) {
  const lines = linesOf(read(file));
  const found = [
    ...typed(lines).map((one) => ({...one, isWhole: true})),
    ...[...inline(lines), ...comments(lines)].map((one) => ({...one, isWhole: false})),
  ]
    .map((one) => ({...one, text: withoutAlert(one.text)}))
    .sort((a, b) => a.number - b.number);
  return found.flatMap(({number, text, isWhole}) =>
    commandLineProblems(text, known, isWhole).map((problem) => `${file}:${number} ${problem}`),
  );
}

function exampleProblems() {
  return Object.values(manifest.commands).flatMap(({id, examples = []}) =>
    examples.flatMap((example) => {
      const text = typeof example === 'string' ? example : example.command;
      const shown = text.replaceAll('<%= config.bin %>', 'aos');
      return commandLineProblems(shown, known, true).map(
        (problem) => `aos ${id.replaceAll(':', ' ')} --help: ${problem}`,
      );
    }),
  );
}

const problems = [...documents().flatMap(problemsIn), ...exampleProblems()];
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
