import {AosError} from '../foundation/errors/error.ts';
import {run} from '../foundation/next-step/next-step.ts';
import {placeText} from './problems.ts';
import {sanitizeText} from './sanitize.ts';
import type {FileTree} from './tree.ts';

/** Keys that only the operator.yaml of the EigenLayer command line has at its top. */
const OWN = ['el_delegation_manager_address', 'eth_rpc_url', 'private_key_store_path', 'signer_type'];

/** Where a file shows that it is an operator.yaml of the EigenLayer command line; null: it is something else. */
function eigenlayerKey({unknown, values}: FileTree): FileTree['unknown'][number] | null {
  if (values.size > 0) return null;
  const own = unknown.filter(({path}) => OWN.includes(path));
  return own.length < 2 ? null : (own[0] ?? null);
}

/** Whether a file is an operator.yaml of the EigenLayer command line. */
export function isEigenlayerFile(tree: FileTree): boolean {
  return eigenlayerKey(tree) !== null;
}

/**
 * Refuses an operator.yaml of the EigenLayer command line in place of a configuration: every key of it is unknown, and a
 * list of what is missing would hide that.
 * @throws AosError CONFIG_INVALID
 */
export function refuseEigenlayerFile(tree: FileTree, file: string | null): void {
  const key = eigenlayerKey(tree);
  if (key === null || file === null) return;
  const name = sanitizeText(file);
  throw new AosError(
    'CONFIG_INVALID',
    `${placeText(key.place)}  ${key.path}  is a key of the EigenLayer command line: ${name} is its operator.yaml, not a configuration of aos`,
    {next: run('init', ['--from', name], 'Make a configuration from it'), details: {file, problems: []}},
  );
}
