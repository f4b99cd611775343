import {isMap, parseDocument, type Document} from 'yaml';
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

/** The path under which the file has a field: its own, or one of the reference operator. */
function keyIn(document: Document, field: string): string[] {
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
