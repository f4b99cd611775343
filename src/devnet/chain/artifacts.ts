import {existsSync, readFileSync} from 'node:fs';
import type {Hex} from 'viem';
import {AosError, errorText} from '../../lib/foundation/errors/error.ts';
import {say} from '../../lib/foundation/next-step/next-step.ts';

/**
 * Finds `contracts/` near the built code: the nearest such folder with a compiled contract, here or further up.
 * @throws AosError DEVNET_FAILED
 */
export function artifactsFolder(from: string = import.meta.url): URL {
  for (let folder = new URL('./', from); ; folder = new URL('../', folder)) {
    for (const name of ['contracts/', 'dist/contracts/']) {
      const artifacts = new URL(name, folder);
      if (existsSync(new URL('OperatorRangeManager.json', artifacts))) return artifacts;
    }
    if (folder.pathname === '/' || folder.pathname === new URL('../', folder).pathname) break;
  }
  throw new AosError('DEVNET_FAILED', 'the compiled contracts are missing', {
    next: say('Install the program again; in a checkout, run npm run build.'),
  });
}

/**
 * Reads the creation bytecode of a compiled contract, without constructor arguments.
 * @throws AosError DEVNET_FAILED
 */
export function bytecodeOf(artifacts: URL, name: string): Hex {
  let artifact: unknown;
  try {
    artifact = JSON.parse(readFileSync(new URL(`${name}.json`, artifacts), 'utf8'));
  } catch (error) {
    throw new AosError('DEVNET_FAILED', `the compiled contract ${name} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  }
  const bytecode =
    typeof artifact === 'object' && artifact !== null && 'bytecode' in artifact
      ? artifact.bytecode
      : undefined;
  if (isHex(bytecode)) return bytecode;
  throw new AosError('DEVNET_FAILED', `${name}.json has no bytecode`);
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-fA-F]+$/.test(value);
}
