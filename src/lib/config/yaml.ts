import {isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar} from 'yaml';
import type {Pair, YAMLError} from 'yaml';
import {oddPlaces} from './odd-places.ts';

import type {Position, YamlProblem} from './yaml-problem.ts';

/** YAML without its types: a scalar is its text, so that an unquoted `0x…` or a long number keeps every digit. */
export type YamlNode =
  | {kind: 'scalar'; text: string; at: Position}
  /** Nothing, `~` or `null`. */
  | {kind: 'null'; at: Position}
  | {kind: 'map'; entries: ReadonlyMap<string, YamlEntry>; at: Position}
  | {kind: 'list'; items: readonly YamlNode[]; at: Position};

export type YamlEntry = {at: Position; value: YamlNode};

const MAX_DEPTH = 32;
/** Most nodes that aliases may add; stops a file that expands exponentially. */
const MAX_ALIASED = 10_000;
/** Longest line; the parser's time grows with the square of the nesting in one line. */
const MAX_LINE = 16_384;
/** Most errors of the parser that are reported. */
const MAX_ERRORS = 1000;
const START: Position = {line: 1, col: 1};

/** Our texts for the parser's errors: its own messages may quote a secret. */
const MEANS: Partial<Record<YAMLError['code'], string>> = {
  BAD_ALIAS: 'has an alias or anchor without a name',
  BAD_DIRECTIVE: 'has a % directive that YAML does not know',
  BAD_DQ_ESCAPE:
    'has a backslash escape that YAML does not know; use single quotes for text with backslashes',
  BAD_INDENT: 'is not indented to fit the lines around it, or a bracket is not closed',
  BAD_SCALAR_START: 'starts with a character that YAML reserves; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a key and a value where only a value is allowed; put the value in quotes',
  DUPLICATE_KEY: 'is given twice',
  KEY_OVER_1024_CHARS: 'has a key of more than 1024 characters',
  MISSING_CHAR: 'lacks a closing quote, or a space or colon after the key',
  MULTILINE_IMPLICIT_KEY: 'is not "key: value"; a colon may be missing',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
};

/**
 * Parses one YAML document and reports every syntax error. Merge keys (`<<`) and aliases are followed.
 * @param source the text, with any line endings, with or without a byte order mark
 * @returns the root (null for an empty file), as much as is readable
 */
export function parseYaml(source: string): {root: YamlNode | null; problems: YamlProblem[]} {
  const text = source.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  const long = text.split('\n').findIndex((line) => line.length > MAX_LINE);
  if (long !== -1) {
    const message = `has more than ${MAX_LINE} characters in the line`;
    return {root: null, problems: [{at: {line: long + 1, col: 1}, message, path: ''}]};
  }
  const lines = new LineCounter();
  const problems: YamlProblem[] = oddPlaces(text);
  const at = (offset: number | undefined): Position => {
    const {line, col} = lines.linePos(Math.min(offset ?? 0, text.length));
    return line === 0 ? START : {line, col};
  };
  let documents;
  try {
    // `failsafe` has only strings. `convert` compares keys, in linear time.
    const options = {schema: 'failsafe', uniqueKeys: false, prettyErrors: false, lineCounter: lines} as const;
    const parsed = parseAllDocuments(text, {...options, logLevel: 'silent'});
    documents = 'empty' in parsed ? [] : parsed;
  } catch {
    // The parser ran out of stack or string length, which a real configuration never causes.
    return {root: null, problems: [{at: START, message: 'is nested too deeply', path: ''}]};
  }
  const [first, ...rest] = documents;
  if (first === undefined) return {root: null, problems};
  const certain = problems[0]?.at.line ?? Infinity;
  for (const error of first.errors.slice(0, MAX_ERRORS)) {
    const place = at(error.pos[0]);
    // From a character that only looks right on, the parser guesses.
    if (place.line >= certain) continue;
    problems.push({at: place, message: MEANS[error.code] ?? 'is not valid YAML here', path: ''});
  }
  for (const other of rest) {
    if (isScalar(other.contents) && other.contents.value === '' && other.errors.length === 0) continue;
    const message = 'starts a second document; only one is read, so remove this one';
    problems.push({at: at(other.range[0]), message, path: ''});
    break;
  }
  const root = convert(first.contents, at, problems);
  return {root: root?.kind === 'null' ? null : root, problems};
}

/** Converts the parser's tree. Its type is `unknown` because the tree of a broken file may not fit the declared types. */
function convert(
  contents: unknown,
  at: (offset: number | undefined) => Position,
  problems: YamlProblem[],
): YamlNode | null {
  const anchors = new Map<string, unknown>();
  let aliased = 0;
  const placeOf = (node: {range?: readonly number[] | null | undefined}) => at(node.range?.[0]);

  const read = (
    node: unknown,
    path: string,
    depth: number,
    viaAlias: boolean,
    fallback: Position,
  ): YamlNode => {
    if (viaAlias) aliased++;
    if (isAlias(node)) return follow(node.source, path, depth, placeOf(node));
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return {kind: 'null', at: fallback};
    const here = placeOf(node);
    if (!viaAlias && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isScalar(node)) return scalar(node, here);
    if (depth >= MAX_DEPTH) {
      problems.push({at: here, message: 'is nested too deeply', path});
      return {kind: 'null', at: here};
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        read(item, `${path}[${index}]`, depth + 1, viaAlias, here),
      );
      return {kind: 'list', items, at: here};
    }
    return {kind: 'map', entries: entriesOf(node.items, path, depth, viaAlias, here), at: here};
  };

  const follow = (name: string, path: string, depth: number, here: Position): YamlNode => {
    const target = anchors.get(name);
    const nothing = {kind: 'null', at: here} as const;
    if (target === undefined) {
      problems.push({
        at: here,
        message: 'is an alias (*) without an anchor (&) before it',
        path,
      });
      return nothing;
    }
    if (aliased > MAX_ALIASED || depth >= MAX_DEPTH) {
      // Reported once, not for every alias.
      if (aliased !== Infinity)
        problems.push({at: here, message: 'has aliases (*) that expand to too many values', path});
      aliased = Infinity;
      return nothing;
    }
    return read(target, path, depth + 1, true, here);
  };

  const entriesOf = (
    pairs: readonly Pair[],
    path: string,
    depth: number,
    viaAlias: boolean,
    here: Position,
  ) => {
    const entries = new Map<string, YamlEntry>();
    const merges: YamlNode[] = [];
    for (const pair of pairs) {
      const keyNode = read(pair.key, path, depth + 1, viaAlias, here);
      const key = keyNode.kind === 'scalar' ? keyNode.text : keyNode.kind === 'null' ? '' : null;
      if (key === null) {
        problems.push({at: keyNode.at, message: 'has a list or map as a key', path});
        continue;
      }
      const child = path === '' ? key : `${path}.${key}`;
      const value = read(pair.value, child, depth + 1, viaAlias, keyNode.at);
      if (key === '<<') merges.push(value);
      else if (entries.has(key)) {
        if (!viaAlias) problems.push({at: keyNode.at, message: 'is given twice', path: child});
      } else entries.set(key, {at: keyNode.at, value});
    }
    for (const merge of merges.flatMap((node) => (node.kind === 'list' ? node.items : [node]))) {
      if (merge.kind === 'map') {
        for (const [key, entry] of merge.entries) if (!entries.has(key)) entries.set(key, entry);
      } else problems.push({at: merge.at, message: 'merges (<<) something that is not a map', path});
    }
    return entries;
  };

  return contents === null ? null : read(contents, '', 0, false, START);
}

function scalar(node: Scalar, at: Position): YamlNode {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  const plain = node.type === undefined || node.type === Scalar.PLAIN;
  if (plain && ['', '~', 'null', 'Null', 'NULL'].includes(text)) return {kind: 'null', at};
  return {kind: 'scalar', text, at};
}
