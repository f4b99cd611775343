import {nearest} from '../foundation/text/nearest.ts';
import {trimAscii} from '../foundation/text/odd-characters.ts';
import {MAPS, readMap, type MapEntry} from './maps.ts';
import {problemAt} from './problems.ts';
import type {ConfigProblem, Place} from './problems.ts';
import {sanitizePath} from './sanitize.ts';
import {ALL_FIELDS, pathsOf} from './schema.ts';
import type {AnyField} from './schema.ts';
import type {YamlNode} from './yaml.ts';
import type {Position} from './yaml-problem.ts';

/** The text of a value, or of one item of a list. */
export type PlacedText = {text: string; place: Place};

export type FileTree = {
  /** By path, aliases included. Empty values are left out. */
  values: ReadonlyMap<string, readonly PlacedText[]>;
  /** Every section and key of the file, including empty ones. */
  present: ReadonlyMap<string, Place>;
  unknown: readonly {path: string; place: Place; meant: string | null}[];
  /** Sections and keys of the wrong shape; what belongs there is not reported as missing. */
  broken: ReadonlySet<string>;
  problems: readonly ConfigProblem[];
  /** Sections whose names are the user's own, by path. */
  maps: ReadonlyMap<string, ReadonlyMap<string, MapEntry>>;
};

type Known = {
  fields: ReadonlyMap<string, AnyField>;
  sections: ReadonlySet<string>;
  /** Keys and sections of files of the reference operator alone: taken, but not advised outside of their section. */
  foreign: ReadonlySet<string>;
};

/** Reads the known keys of a parsed file, and records unknown keys and wrong shapes. */
export function readTree(root: YamlNode | null, file: string): FileTree {
  const known = knownPaths();
  const values = new Map<string, PlacedText[]>();
  const present = new Map<string, Place>();
  const unknown: {path: string; place: Place; meant: string | null}[] = [];
  const broken = new Set<string>();
  const problems: ConfigProblem[] = [];
  const maps = new Map<string, ReadonlyMap<string, MapEntry>>();
  const place = (at: Position): Place => ({source: file, ...at});

  const section = (path: string, node: YamlNode): void => {
    if (node.kind === 'null') return;
    if (node.kind !== 'map') {
      broken.add(path);
      const keys = keysOf(path, known);
      const expected = `a section of keys: ${keys.names.slice(0, MOST_NAMED).join(', ')}${keys.names.length > MOST_NAMED ? ', …' : ''}`;
      problems.push(problemAt(place(node.at), path, `is a ${shape(node)}`, expected, keys.example));
      return;
    }
    for (const [key, entry] of node.entries) {
      const child = path === '' ? key : `${path}.${key}`;
      const field = known.fields.get(child);
      // A key with a dot in it is not a nested key.
      if (key.includes('.') || (field === undefined && !known.sections.has(child))) {
        // Comparing names is slow, so a file of only unknown keys gets no suggestions.
        const meant = unknown.length < 100 ? nearestPath(path, key, known) : null;
        unknown.push({path: child, place: place(entry.at), meant});
        continue;
      }
      present.set(child, place(entry.at));
      const spec = MAPS.find(({path: map}) => map === child);
      if (spec !== undefined) {
        const read = readMap(spec, entry.value, file);
        maps.set(child, read.entries);
        problems.push(...read.problems);
        unknown.push(...read.unknown);
        continue;
      }
      if (field === undefined) section(child, entry.value);
      else if (field.kind !== 'unused') value(child, field, entry.value);
    }
  };

  const value = (path: string, field: AnyField & {kind: 'one' | 'many'}, node: YamlNode): void => {
    const texts: PlacedText[] = [];
    if (field.kind === 'many' && field.type.isPair === true && node.kind === 'map') {
      for (const [key, entry] of node.entries) pair(path, field, [key, entry], texts);
      if (texts.length > 0) values.set(path, texts);
      return;
    }
    const items = field.kind === 'many' && node.kind === 'list' ? node.items : [node];
    for (const item of items) {
      if (item.kind === 'null') continue;
      if (item.kind === 'scalar') {
        const parts = field.kind === 'many' ? item.text.split(',') : [item.text];
        for (const text of parts.map(trimAscii)) if (text !== '') texts.push({text, place: place(item.at)});
      } else {
        broken.add(path);
        problems.push(
          problemAt(place(item.at), path, `is a ${shape(item)}`, field.type.expected, field.example),
        );
      }
    }
    if (texts.length > 0) values.set(path, texts);
  };

  /** One entry of a section whose keys are names; an empty one says nothing. */
  const pair = (
    path: string,
    field: AnyField & {kind: 'many'},
    [key, entry]: readonly [string, {at: Position; value: YamlNode}],
    texts: PlacedText[],
  ): void => {
    const {at, value: said} = entry;
    const wrong = (got: string): void => {
      broken.add(path);
      const whole = `${path}.${sanitizePath(key)}`;
      problems.push(problemAt(place(at), whole, got, field.type.expected, field.example));
    };
    if (said.kind === 'null') wrong('has no value');
    else if (said.kind !== 'scalar') wrong(`is a ${shape(said)}`);
    else if (key.includes('=')) wrong('has = in its name');
    else texts.push({text: `${trimAscii(key)}=${trimAscii(said.text)}`, place: place(said.at)});
  };

  if (root !== null) section('', root);
  return {values, present, unknown, broken, problems, maps};
}

/** How many keys of a section a message names. */
const MOST_NAMED = 6;

/** The keys of a section, with one line of YAML as an example; for the whole file, its first keys. */
function keysOf(path: string, {fields, foreign}: Known): {names: string[]; example: string} {
  const prefix = path === '' ? '' : `${path}.`;
  const isAdvised = (known: string) => path !== '' || !(foreign.has(known) || fields.get(known)?.onlyInFile);
  const below = [...fields.keys()].filter((known) => known.startsWith(prefix) && isAdvised(known));
  const names = [...new Set(below.map((known) => known.slice(prefix.length).split('.')[0] ?? ''))];
  const first = [...fields].find(
    ([known, {kind}]) => kind !== 'unused' && known.startsWith(prefix) && known.includes('.'),
  );
  if (first === undefined) return {names, example: ''};
  const [known, field] = first;
  return {names, example: inFlow(known.split('.'), field.example)};
}

/** Writes `node.node_id` and a value as one line of YAML: `node: {node_id: value}`. */
function inFlow([head = '', ...rest]: readonly string[], value: string): string {
  return rest.length === 0 ? `${head}: ${value}` : `${head}: {${inFlow(rest, value)}}`;
}

function shape(node: YamlNode): string {
  return node.kind === 'scalar' ? 'single value' : node.kind;
}

function knownPaths(): Known {
  const fields = new Map<string, AnyField>();
  const sections = new Set<string>();
  const foreign = new Set<string>();
  for (const field of ALL_FIELDS) {
    for (const path of pathsOf(field)) {
      fields.set(path, field);
      const parts = path.split('.');
      for (let depth = 1; depth < parts.length; depth++) sections.add(parts.slice(0, depth).join('.'));
    }
  }
  for (const {path} of MAPS) sections.add(path);
  for (const alias of ALL_FIELDS.flatMap(({aliases}) => aliases)) {
    const section = alias.slice(0, Math.max(0, alias.indexOf('.')));
    const isOurs = section === '' || ALL_FIELDS.some(({path}) => path.startsWith(`${section}.`));
    if (!isOurs) for (const path of [section, alias]) foreign.add(path);
  }
  return {fields, sections, foreign};
}

/** Suggests a similar key of the same section, else the key of that name in another section. */
function nearestPath(path: string, key: string, {fields, sections, foreign}: Known): string | null {
  const all = [...fields.keys(), ...sections].filter((known) => foreign.has(path) || !foreign.has(known));
  const prefix = path === '' ? '' : `${path}.`;
  const siblings = all.filter(
    (known) => known.startsWith(prefix) && !known.slice(prefix.length).includes('.'),
  );
  const sibling = nearest(
    key,
    siblings.map((known) => known.slice(prefix.length)),
  );
  if (sibling !== null) return prefix + sibling;
  const last = (known: string) => known.slice(known.lastIndexOf('.') + 1);
  const name = nearest(key, all.map(last));
  return all.find((known) => last(known) === name) ?? null;
}
