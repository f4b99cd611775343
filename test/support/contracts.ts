import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {buildContracts} from '../../scripts/contracts.mjs';

/** Compiles the contracts of the devnet and those of the tests into a folder of its own. */
export async function compiledContracts(): Promise<{artifacts: URL; remove(): void}> {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-contracts-'));
  await buildContracts(dir);
  await buildContracts(dir, path.join(import.meta.dirname, '../fixtures/contracts'));
  return {artifacts: pathToFileURL(`${dir}/`), remove: () => rmSync(dir, {recursive: true, force: true})};
}
