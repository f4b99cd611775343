import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';

/** Fetched for a release alone: as a dependency it would bring 147 packages for one command (docs/adr/0052-a-release.md). */
const TOOL = '@cyclonedx/cyclonedx-npm@6.0.1';

/**
 * The CycloneDX bill of what the tarball holds: of all packages of the lockfile those whose code esbuild took into dist/, and the
 * bundled dependencies.
 */
export function billOfMaterials(root) {
  const text = execFileSync(
    'npm',
    [
      ...['exec', '--yes', '--ignore-scripts', '--omit=optional', `--package=${TOOL}`, '--', 'cyclonedx-npm'],
      ...['--output-format', 'JSON', '--output-file', '-', '--package-lock-only', '--flatten-components'],
      '--output-reproducible',
    ],
    {cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit']},
  );
  return only(JSON.parse(text), shippedPaths(root));
}

/** Folders of packages, such as node_modules/viem, whose code is in the tarball. */
function shippedPaths(root) {
  const {inputs} = JSON.parse(readFileSync(path.join(root, 'dist/meta.json'), 'utf8'));
  const bundled = Object.keys(inputs).flatMap(
    (name) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? [],
  );
  const {packages} = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return new Set([...bundled, ...Object.keys(packages).filter((name) => packages[name].inBundle === true)]);
}

/** Leaves the components of these folders, and what they depend on among themselves. */
function only(bill, folders) {
  const pathOf = ({properties = []}) => properties.find(({name}) => name === 'cdx:npm:package:path')?.value;
  const components = bill.components
    .filter((component) => folders.has(pathOf(component)))
    .map(({properties, ...component}) => ({
      ...component,
      scope: 'required',
      properties: properties.filter(({name}) => name !== 'cdx:npm:package:development'),
    }));
  const found = new Set(components.map(pathOf));
  const missing = [...folders].filter((folder) => !found.has(folder));
  if (missing.length > 0) throw new Error(`not in the bill: ${missing.join(', ')}`);
  const own = bill.metadata.component['bom-ref'];
  const refs = new Set([own, ...components.map((component) => component['bom-ref'])]);
  const dependencies = bill.dependencies
    .filter(({ref}) => refs.has(ref))
    .map(({ref, dependsOn = []}) => ({ref, dependsOn: dependsOn.filter((other) => refs.has(other))}));
  return {...bill, components, dependencies};
}
