import {readConfigFile, type ConfigFile} from './file.ts';
import {refuseKeyInEnv, refuseKeyInText, refuseKeyInTree} from './private-key.ts';
import {sanitizeText} from './sanitize.ts';
import {readTree, type FileTree} from './tree.ts';
import {parseYaml} from './yaml.ts';
import type {Env} from './user-path.ts';
import type {FlagValues} from './resolve.ts';

/** The sources of a configuration, read and free of private keys; the values are not checked yet. */
export type SourceText = {
  /** Display name of the file; '' without a file. */
  name: string;
  read: ConfigFile;
  yaml: ReturnType<typeof parseYaml>;
  tree: FileTree;
};

const NO_FILE: ConfigFile = {text: '', error: null, readable: false};

/** Reads the sources. @throws AosError RAW_PRIVATE_KEY (checked first) | CONFIG_MISSING | CONFIG_UNREADABLE */
export function readSource({file, env, cwd, flags = {}}: ConfigSource): SourceText {
  refuseKeyInEnv(env, flags);
  const read = file === null ? NO_FILE : readConfigFile(file, cwd);
  const name = sanitizeText(file ?? '');
  refuseKeyInText(read.text, name);
  if (read.error !== null) throw read.error;
  const yaml = parseYaml(read.text);
  refuseKeyInTree(yaml.root, name);
  return {name, read, yaml, tree: readTree(yaml.root, name)};
}

/** The sources of a configuration. */
export type ConfigSource = {
  /** As found by `findConfig`; null without a file. */
  file: string | null;
  env: Env;
  cwd: string;
  /** Values of the command line by config path. */
  flags?: FlagValues;
};
