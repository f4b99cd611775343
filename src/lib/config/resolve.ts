import {isAbsolute} from 'node:path';
import {CUSTOM_NETWORK, networkPreset} from './networks.ts';
import type {NetworkPreset} from './networks.ts';
import type {Env} from './user-path.ts';
import {placeText, problemAt} from './problems.ts';
import type {ConfigProblem} from './problems.ts';
import {shareWorkerUrl} from './reference-worker.ts';
import {ALL_FIELDS, envNames, FIELDS, pathsOf} from './schema.ts';
import type {AnyField, Field, ListField} from './schema.ts';
import {sanitizeValue} from './sanitize.ts';
import {trimAscii} from '../foundation/text/odd-characters.ts';
import {unquoted} from '../foundation/text/unquoted.ts';
import {unfilledPart} from '../foundation/text/unfilled.ts';
import type {FileTree, PlacedText} from './tree.ts';
import {filePath, meansTheSame} from './values.ts';

/** The origins of a value, the strongest first. */
export type Origin = {
  from: 'flag' | 'env' | 'file' | 'preset' | 'default';
  /** Flag, variable, FILE:LINE:COL, or network; '' for a default. */
  detail: string;
};

export type RawValue = {texts: readonly PlacedText[]; origin: Origin};

/** A value from the command line: its flag and its text, by config path. */
export type FlagValues = Readonly<Record<string, {flag: string; text: string}>>;

export type Layers = {flags: FlagValues; env: Env; tree: FileTree};

/** Every value with its origin; its problems are in `problems`. */
export type Resolved = {
  network: string;
  preset: NetworkPreset | undefined;
  /** The checked value; undefined when it is missing or wrong. */
  one<T>(field: Field<T>): T | undefined;
  many<T>(field: ListField<T>): readonly T[] | undefined;
  raw(field: AnyField): RawValue | undefined;
  origin: ReadonlyMap<string, Origin>;
  problems: readonly ConfigProblem[];
};

/** Merges the layers (flag > env > file > network preset > default) and checks every value. */
export function resolve(layers: Layers): Resolved {
  const problems: ConfigProblem[] = [...layers.tree.problems];
  const named = pick(FIELDS.network, layers, undefined, problems);
  const network = readOne(FIELDS.network, named) ?? CUSTOM_NETWORK;
  const preset = networkPreset(network);
  const raws = new Map<string, RawValue>();
  const origin = new Map<string, Origin>();
  for (const field of ALL_FIELDS) {
    if (field.kind === 'unused') continue;
    const raw = field.path === FIELDS.network.path ? named : pick(field, layers, preset, problems);
    if (raw === undefined) continue;
    if (withoutFolder(field, raw) === null) raws.set(field.path, raw);
    origin.set(field.path, raw.origin);
    problems.push(...wrongValues(field, raw));
  }
  problems.push(...shareWorkerUrl(raws, origin));
  return {
    network,
    preset,
    one: (field) => readOne(field, raws.get(field.path)),
    many: (field) => readMany(field, raws.get(field.path)),
    raw: (field) => raws.get(field.path),
    origin,
    problems,
  };
}

function pick(
  field: Exclude<AnyField, {kind: 'unused'}>,
  {flags, env, tree}: Layers,
  preset: NetworkPreset | undefined,
  problems: ConfigProblem[],
): RawValue | undefined {
  const flag = flags[field.path];
  if (flag !== undefined) return outside(field, flag.text, {from: 'flag', detail: flag.flag});

  const variables = envNames(field).flatMap((name) => {
    const found = outside(field, env[name] ?? '', {from: 'env', detail: name});
    return found === undefined ? [] : [found];
  });
  if (variables[0] !== undefined) return single(field, variables, problems);

  const inFile = pathsOf(field).flatMap((path): RawValue[] => {
    const texts = tree.values.get(path);
    const first = texts?.[0];
    if (texts === undefined || first === undefined) return [];
    return [{texts, origin: {from: 'file', detail: placeText(first.place)}}];
  });
  if (inFile[0] !== undefined) return single(field, inFile, problems);

  const own = preset?.values[field.path];
  if (own !== undefined) return outside(field, own, {from: 'preset', detail: preset?.name ?? ''});
  return outside(field, field.fallback ?? '', {from: 'default', detail: ''});
}

function outside(field: AnyField, text: string, origin: Origin): RawValue | undefined {
  const place = {source: origin.detail === '' ? 'default' : origin.detail, line: null, col: null};
  const bare = origin.from === 'env' ? unquoted : (part: string): string => part;
  const parts = field.kind === 'many' ? bare(text).split(',') : [text];
  const texts = parts
    .map((part) => ({text: trimAscii(bare(trimAscii(part))), place}))
    .filter((part) => part.text !== '');
  return texts.length === 0 ? undefined : {texts, origin};
}

/** Picks one value: a path and its alias may both be present when they mean the same. */
function single(
  field: Exclude<AnyField, {kind: 'unused'}>,
  found: readonly RawValue[],
  problems: ConfigProblem[],
): RawValue | undefined {
  const [first, second] = found;
  const a = first?.texts[0];
  const b = second?.texts[0];
  if (a !== undefined && b !== undefined && !meansTheSame(field.type, a.text, b.text)) {
    const got = `is given twice with different values, here and at ${placeText(b.place)}`;
    problems.push(problemAt(a.place, field.path, got, 'one of them', field.example));
  }
  return first;
}

function wrongValues(field: Exclude<AnyField, {kind: 'unused'}>, raw: RawValue): ConfigProblem[] {
  return raw.texts.flatMap(({text, place}, index) => {
    const parsed = withoutFolder(field, raw) ?? field.type.parse(text);
    if (!('wrong' in parsed)) return [];
    const path = field.kind === 'many' ? `${field.path}[${index}]` : field.path;
    const got = `${field.secret ? 'the value (not shown)' : sanitizeValue(text)} ${parsed.wrong}`;
    const expected = parsed.expected ?? field.type.expected;
    return [problemAt(place, path, got, withVariable(field, text, raw) ?? expected, listExample(field))];
  });
}

/** What is expected where a value of the file has a place to fill in; null: it has none, or no variable sets the key. */
function withVariable(field: AnyField, text: string, {origin}: RawValue): string | null {
  const name = field.onlyInFile ? undefined : envNames(field)[0];
  if (unfilledPart(text) === null || origin.from !== 'file' || name === undefined) return null;
  return `the value itself, or the variable ${name} in the environment, which outranks the file`;
}

/** A relative path in the file starts at the file; in a variable it would be another place after each `cd`. */
function withoutFolder(
  field: AnyField,
  {texts: [first], origin}: RawValue,
): {wrong: string; expected: string} | null {
  const isPath = field.kind === 'one' && field.type === filePath;
  if (!isPath || origin.from !== 'env' || first === undefined) return null;
  if (isAbsolute(first.text) || first.text.startsWith('~') || first.text.startsWith('$')) return null;
  return {wrong: 'is relative', expected: 'an absolute path, or one that begins with ~/'};
}

/** Returns one item of a list's example. */
function listExample(field: AnyField): string {
  if (field.kind === 'many' && field.type.isPair === true) return field.example;
  return field.kind === 'many' ? (/[^[\]", ]+/.exec(field.example)?.[0] ?? '') : field.example;
}

function readOne<T>(field: Field<T>, raw: RawValue | undefined): T | undefined {
  const text = raw?.texts[0]?.text;
  if (text === undefined) return undefined;
  const parsed = field.type.parse(text);
  return 'wrong' in parsed ? undefined : parsed.value;
}

function readMany<T>(field: ListField<T>, raw: RawValue | undefined): readonly T[] | undefined {
  return raw?.texts.flatMap(({text}) => {
    const parsed = field.type.parse(text);
    return 'wrong' in parsed ? [] : [parsed.value];
  });
}
