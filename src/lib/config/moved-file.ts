import {isMap, parseDocument, type Document} from 'yaml';
import {ZKML_MODELS} from './maps.ts';
import {ALL_FIELDS, pathsOf} from './schema.ts';

/**
 * The text of a configuration file whose paths name other places; comments and everything else stay.
 * @param places field path → the new value
 */
export function movedConfig(text: string, places: ReadonlyMap<string, string>): string {
  const document = parseDocument(text, {schema: 'failsafe', keepSourceTokens: false});
  for (const [field, place] of places) put(document, keyIn(document, field), place);
  return document.toString({lineWidth: 0});
}

/** The place of a key of a zkml model. */
export function modelKey(name: string, key: string): string {
  return `${ZKML_MODELS.path}.${name}.${key}`;
}

/** The path under which the file has a field: its own, or one of the reference operator. */
function keyIn(document: Document, field: string): string[] {
  // The name of a model may have points in it.
  const models = `${ZKML_MODELS.path}.`;
  const last = field.lastIndexOf('.');
  if (field.startsWith(models) && last > models.length)
    return [...ZKML_MODELS.path.split('.'), field.slice(models.length, last), field.slice(last + 1)];
  const known = ALL_FIELDS.find(({path}) => path === field);
  const paths = (known === undefined ? [field] : pathsOf(known)).map((path) => path.split('.'));
  return paths.find((keys) => document.hasIn(keys)) ?? field.split('.');
}

function put(document: Document, keys: string[], value: string): void {
  const [first] = keys;
  // A section without a value (`store:`) is none that a key can be put into.
  if (keys.length > 1 && first !== undefined && document.has(first) && !isMap(document.get(first)))
    document.delete(first);
  document.setIn(keys, value);
}
