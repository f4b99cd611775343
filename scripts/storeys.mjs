/**
 * Draws the storeys of src/ into docs/architecture.md, from the imports that dependency-cruiser finds: first the storeys and
 * what they import, then the rooms of each storey and what they import of one another. With --check it changes nothing and
 * fails when a rule of .dependency-cruiser.cjs is broken or a drawing is stale.
 */
import {readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {cruise, format} from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const page = path.join(root, 'docs/architecture.md');
const {forbidden, options} = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const {tsConfig, ...cruising} = options;

const check = process.argv.includes('--check');
const {output: found} = await cruise(
  ['src', 'test', 'bench', 'scripts'],
  {...cruising, ruleSet: {forbidden}, validate: check, reporterOptions: {mermaid: {minify: false}}},
  undefined,
  {tsConfig: extractTSConfig(tsConfig.fileName)},
);

if (check) {
  const {output, exitCode} = await format(found, {outputType: 'err'});
  process.stdout.write(output);
  if (exitCode > 0) process.exitCode = 1;
}

const STOREY = '^src/lib/[^/]+|^src/[^/]+';
const drawings = {
  storeys: await drawn(STOREY),
  rooms: insideOf(await drawn(`^src/lib/[^/]+/[^/]+(?=/)|${STOREY}`)),
};

const before = await readFile(page, 'utf8');
const after = Object.entries(drawings).reduce(
  (text, [name, drawing]) =>
    text.replace(
      new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[^]*?(<!-- end of ${name} -->)`),
      (_, head, end) => `${head}\n\`\`\`mermaid\n${drawing}\n\`\`\`\n\n${end}`,
    ),
  before,
);
if (check && after !== before) {
  process.stderr.write('The drawings in docs/architecture.md are stale: npm run docs:storeys\n');
  process.exitCode = 1;
} else if (!check) await writeFile(page, after);

/** The folders that `collapse` matches and the imports between them, as a mermaid flowchart from top to bottom. */
async function drawn(collapse) {
  const {output} = await format(found, {outputType: 'mermaid', collapse, includeOnly: '^src'});
  const lines = output.trimEnd().split('\n').slice(1);
  const isArrow = (line) => line.includes('-->');
  const arrows = lines.filter(isArrow).map((line) => line.trim().replace('-->', ' --> '));
  const nodes = lines.filter((line) => !isArrow(line) && line.trim() !== '');
  return ['flowchart TB', ...nodes, ...arrows.sort()].join('\n');
}

/** Only the arrows between rooms of one storey: those between storeys are in the first drawing. */
function insideOf(drawing) {
  const storeyOf = (node) => /^src_lib_[a-z]+_/.exec(node)?.[0];
  return drawing
    .split('\n')
    .filter((line) => {
      const [from, to] = line.split(' --> ');
      return to === undefined || (storeyOf(from) !== undefined && storeyOf(from) === storeyOf(to));
    })
    .join('\n');
}
