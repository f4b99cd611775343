import {dirname, resolve} from 'node:path';
import {isEigenlayerFile} from '../../config/eigenlayer-file.ts';
import {readNamedFile} from '../../config/file.ts';
import {problemsError} from '../../config/load.ts';
import {refuseKeyInText} from '../../config/private-key.ts';
import {placeText, problemAt} from '../../config/problems.ts';
import {sanitizePath, sanitizeText} from '../../config/sanitize.ts';
import {readTree} from '../../config/tree.ts';
import {userPath, type Env} from '../../config/user-path.ts';
import {parseYaml, type YamlNode} from '../../config/yaml.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {takeOver, type FileValues, type Takeover} from './from-eigenlayer.ts';
import {findRawKey} from './from-key.ts';
import {tryKeystore, type FoundKeystore} from './from-keystore.ts';
import type {KeyFate} from './key-fate.ts';

/** The next step when the file is not there. */
const NO_FILE = say('Name the operator.yaml of the EigenLayer command line: aos init --from FILE');

/** A file that was taken over, with the keystore that it names. */
type TakenFile = Pick<Takeover, 'given' | 'entries'> & {
  /** As it was named. */
  file: string;
  keys: readonly KeyFate[];
  /** Null: none is named, it cannot be read here, or a signer is named. */
  keystore: FoundKeystore | null;
};

/**
 * Reads an operator.yaml of the EigenLayer command line for `aos init --from`.
 * @param given texts of the flags, which outrank the file
 * @throws AosError RAW_PRIVATE_KEY (checked first) | CONFIG_MISSING | CONFIG_UNREADABLE | PATH_INVALID |
 *   CONFIG_INVALID (also a file of another program)
 */
export function readOperatorFile(
  file: string,
  given: Readonly<Record<string, string | undefined>>,
  {cwd, env, withSigner}: {cwd: string; env: Env; withSigner: boolean},
): TakenFile {
  const name = sanitizeText(file);
  const text = readNamedFile(file, cwd, NO_FILE);
  const {root, problems} = parseYaml(text);
  refuseRawKey(text, root, name);
  const source = {file, env, cwd};
  if (problems.length > 0)
    throw problemsError(
      source,
      problems.map(({at, path, message}) => problemAt({source: name, ...at}, path, message)),
    );
  const tree = readTree(root, name);
  if (tree.values.size > 0)
    throw new AosError('CONFIG_INVALID', `${name} is a configuration of aos or of the reference operator`, {
      next: run('config migrate', [name], 'That file needs no questions'),
    });
  if (!isEigenlayerFile(tree))
    throw new AosError('CONFIG_INVALID', `${name} is not an operator.yaml of the EigenLayer command line`, {
      next: run('init', [], 'Answer the questions instead'),
    });
  const taken = takeOver(valuesOf(root), given, {withSigner});
  if (taken.problems.length > 0)
    throw problemsError(
      source,
      taken.problems.map(({at, path, got, expected}) =>
        problemAt({source: name, ...at}, path, got, expected),
      ),
    );
  return {file: name, ...withKeystore(taken, resolve(cwd, file), {...given, ...taken.given}, env)};
}

/** Reads the keystore that the file names, and says what becomes of it. @throws AosError RAW_PRIVATE_KEY */
function withKeystore(
  {given, entries, keys, keystore: named}: Takeover,
  file: string,
  answers: Readonly<Record<string, string | undefined>>,
  env: Env,
): Omit<TakenFile, 'file'> {
  if (named === null) return {given, entries, keys, keystore: null};
  const found = tryKeystore(userPath(named, dirname(file), env, 'private_key_store_path'));
  const nodeId = answers['node-id']?.toLowerCase();
  const why =
    typeof found === 'string'
      ? found
      : nodeId !== undefined && found.address.toLowerCase() !== nodeId
        ? `is the keystore of ${found.address}, not of the operator`
        : null;
  const path = 'private_key_store_path';
  const fate: KeyFate =
    why === null
      ? {path, became: 'kept', note: 'its keystore is copied for Web3Signer, encrypted as it is'}
      : {path, became: 'left out', note: why};
  const keystore = why !== null || typeof found === 'string' ? null : found;
  return {given, entries, keys: [...keys, fate], keystore};
}

/** A key in plain is never copied, so a file with one is refused, readable or not. @throws AosError RAW_PRIVATE_KEY */
function refuseRawKey(text: string, root: YamlNode | null, name: string): void {
  const next = say(
    `Put the key into an encrypted keystore (aos keys ecdsa import, or eigenlayer keys import), name that in private_key_store_path, take the key out of ${name}, then: aos init --from ${name}`,
  );
  try {
    refuseKeyInText(text, name);
  } catch (error) {
    if (!isAosError(error, 'RAW_PRIVATE_KEY')) throw error;
    const [place = name] = error.message.split('  ');
    throw new AosError('RAW_PRIVATE_KEY', `${place}  there is a raw private key, which aos never copies`, {
      next,
    });
  }
  const found = findRawKey(root);
  if (found === null) return;
  const key = found.name === '' ? '' : ` in ${sanitizePath(found.name)}`;
  const place = placeText({source: name, ...found.at});
  throw new AosError(
    'RAW_PRIVATE_KEY',
    `${place}  there is a raw private key${key}, which aos never copies`,
    {next},
  );
}

/** Every scalar of the file by its path. */
function valuesOf(root: YamlNode | null): FileValues {
  const values = new Map<string, {text: string; at: {line: number; col: number}}>();
  const walk = (node: YamlNode, path: string): void => {
    if (node.kind === 'scalar') values.set(sanitizePath(path), {text: node.text.trim(), at: node.at});
    if (node.kind !== 'map') return;
    for (const [key, {value}] of node.entries) walk(value, path === '' ? key : `${path}.${key}`);
  };
  if (root !== null) walk(root, '');
  return values;
}
