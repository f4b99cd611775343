/** Names that commands take as values, by the pages that are made from the program (docs/reference). Pure. */

/** Cells of the first column of a table, where they are code. */
const firstCells = (text) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);

/**
 * @param {string} errors docs/reference/errors.md
 * @param {string} json docs/reference/json.md
 */
export function namesOf(errors, json) {
  const codes = [...errors.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
  const cells = firstCells(errors);
  const checks = cells.filter((name) => name.includes('.'));
  return {
    explained: new Set([...codes, ...cells].map((name) => name.toLowerCase())),
    checks: new Set([...checks, ...checks.map((name) => name.slice(0, name.indexOf('.')))]),
    schemas: new Set(firstCells(json)),
  };
}

/**
 * Values that a command would refuse.
 * @param {string} id of the command
 * @param {{words: string[], flags: Map<string, string[]>}} given what is typed
 * @param {ReturnType<typeof namesOf>} names
 * @returns {string[]}
 */
export function unknownNames(id, {words, flags}, names) {
  if (id === 'explain')
    return words
      .filter((word) => !names.explained.has(word.toLowerCase().replace(/^(quorum|set)-\d+-/, '$1-n-')))
      .map((word) => `no such code: ${word}`);
  if (id === 'schema')
    return words.filter((word) => !names.schemas.has(word)).map((word) => `no such schema: ${word}`);
  if (id !== 'doctor') return [];
  const chosen = [...(flags.get('only') ?? []), ...(flags.get('skip') ?? [])];
  return chosen
    .flatMap((list) => list.split(','))
    .filter((name) => !names.checks.has(name))
    .map((name) => `no such check: ${name}`);
}
