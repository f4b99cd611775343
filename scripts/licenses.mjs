import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';

/** The licence texts of every npm package whose code went into the bundle (esbuild metafile), for shipping beside it. */
export async function collectLicenses(root, metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  const parts = [];
  for (const folder of [...packages].sort()) {
    const dir = path.resolve(root, folder);
    const pjson = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8'));
    const file = (await readdir(dir)).find((name) => /^(licen[cs]e|copying)/i.test(name));
    const text = file === undefined ? '' : await readFile(path.join(dir, file), 'utf8');
    parts.push(`${pjson.name} ${pjson.version} (${pjson.license ?? 'see text'})\n\n${text.trim()}\n`);
  }
  return parts.join(`\n${'-'.repeat(78)}\n\n`);
}
