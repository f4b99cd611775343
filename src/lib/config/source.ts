import {readConfigFile, type ConfigFile} from './file.ts';
import {refuseKeyInEnv, refuseKeyInText, refuseKeyInTree} from './private-key.ts';
import {sanitizeText} from './sanitize.ts';
import {readTree, type FileTree} from './tree.ts';
import {parseYaml} from './yaml.ts';
import type {Env} from './paths.ts';
import type {FlagValues} from './resolve.ts';

/** What a configuration is made of, read and without a private key anywhere; its values are not looked at yet. */
export type SourceText = {
  /** Of the file, for people; '' where there is none. */
  name: string;
  read: ConfigFile;
  yaml: ReturnType<typeof parseYaml>;
  tree: FileTree;
};

const NO_FILE: ConfigFile = {text: '', error: null, readable: false};

/** @throws AosError RAW_PRIVATE_KEY (looked for before anything else) | CONFIG_MISSING | CONFIG_UNREADABLE */
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

/** Everything a configuration is made from. */
export type ConfigSource = {
  /** As `findConfig` gave it; null when there is none. */
  file: string | null;
  env: Env;
  cwd: string;
  /** Values of the command line by config path. */
  flags?: FlagValues;
};
