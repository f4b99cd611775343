/**
 * Fails on a reference that leads nowhere: `node scripts/links.mjs [DIRECTORY]`, the repository when none is given.
 * - relative links, their headings, and paths such as `src/lib/config/` in the Markdown files
 * - `docs/….md#heading` in comments and texts of the code
 * - a `§` that does not name an RFC, an EIP or a draft: our own documents are linked by heading
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const root = path.resolve(process.argv[2] ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
const CODE = ['src', 'test', 'bench', 'scripts', 'contracts'];
/** Vectors hold the texts of others. */
const SKIPPED = new Set(['node_modules', 'vectors', 'assets', 'snapshots']);

const problems = [];
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const exists = (file) => existsSync(path.join(root, file));

function filesBelow(directory) {
  if (!exists(directory)) return [];
  return readdirSync(path.join(root, directory), {withFileTypes: true}).flatMap((entry) => {
    const file = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(file);
    return [file];
  });
}

/** Lines of a Markdown file outside fenced code, each with its number. */
function proseOf(text) {
  let fenced = false;
  return text.split('\n').flatMap((line, index) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    return fence || fenced ? [] : [{line, number: index + 1}];
  });
}

/** The anchors that GitHub gives to the headings of a Markdown file. */
const anchorsOf = memo((file) => {
  const anchors = new Set();
  for (const {line} of proseOf(read(file))) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '').replace(/\s/g, '-');
    let anchor = slug;
    for (let twin = 1; anchors.has(anchor); twin += 1) anchor = `${slug}-${twin}`;
    anchors.add(anchor);
  }
  return anchors;
});

function memo(make) {
  const made = new Map();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}

function report(file, number, what) {
  problems.push(`${file}:${number} ${what}`);
}

function checkTarget(file, number, target, anchor) {
  if (!exists(target)) report(file, number, `leads nowhere: ${target}`);
  else if (anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor)) {
    report(file, number, `no such heading: ${target}#${anchor}`);
  }
}

/** `[text](target)`, `![text](target)` and `[name]: target` outside code. */
function checkLinks(file, line, number) {
  const prose = line.replace(/`[^`]*`/g, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g), ...prose.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/g)];
  for (const [, link] of links) {
    if (/^[a-z][a-z+.-]*:/i.test(link)) continue;
    const [name, anchor] = link.split('#');
    const target =
      name === '' ? file : path.posix.normalize(path.posix.join(path.posix.dirname(file), decodeURI(name)));
    checkTarget(file, number, target, anchor);
  }
}

/** `a/{b,c}/d` → `a/b/d`, `a/c/d` */
function expanded(text) {
  const [whole, list] = /\{([^{}]*)\}/.exec(text) ?? [];
  if (whole === undefined) return [text];
  return list.split(',').flatMap((part) => expanded(text.replace(whole, part.trim())));
}

/** Paths of this repository, as they are written in prose, code and tables; up to a placeholder such as `<name>` or `*`. */
function checkPaths(file, line, number) {
  for (const [, text] of line.matchAll(
    /(?<![\w./-])((?:src|test|bench|scripts|contracts)\/[\w./*{},<>…-]*)/g,
  )) {
    for (const one of expanded(text)) {
      const [known] = one.split(/[*<…]|\/[A-Z_]+\b(?!\.)/);
      const target = (known === one ? one : known.slice(0, known.lastIndexOf('/') + 1)).replace(
        /[.,/]+$/,
        '',
      );
      if (!exists(target)) report(file, number, `no such path: ${one}`);
    }
  }
}

function checkSections(file, line, number) {
  for (const {index} of line.matchAll(/§/g)) {
    if (/RFC[ -]?\d+|EIP-\d+|draft-[\w-]+/.test(line.slice(0, index))) continue;
    report(
      file,
      number,
      'a § without an RFC, an EIP or a draft: link to a heading, as in docs/protocol.md#envelope',
    );
  }
}

function checkReferences(file, text) {
  for (const [index, line] of text.split('\n').entries()) {
    for (const [, target, anchor] of line.matchAll(/(?<![\w./-])(docs\/[\w./-]+\.md)(?:#([\w-]+))?/g)) {
      checkTarget(file, index + 1, target, anchor);
    }
    checkSections(file, line, index + 1);
  }
}

const isMarkdown = (file) => file.endsWith('.md');
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].filter(exists),
  ...filesBelow('docs').filter(isMarkdown),
];
for (const file of documents) {
  const text = read(file);
  for (const {line, number} of proseOf(text)) checkLinks(file, line, number);
  for (const [index, line] of text.split('\n').entries()) {
    checkPaths(file, line, index + 1);
    checkSections(file, line, index + 1);
  }
}

/** This file and its test are full of examples. */
const isOwn = (file) => /\/links\.(mjs|test\.ts)$/.test(file);
for (const file of CODE.flatMap(filesBelow)) {
  if (!isOwn(file) && /\.(ts|tsx|mjs|cjs|mts|sol)$/.test(file)) checkReferences(file, read(file));
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
