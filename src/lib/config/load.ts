import {createHash} from 'node:crypto';
import {AosError} from '../foundation/errors/error.ts';
import {buildConfig, buildSignerConfig, type PathBase} from './build.ts';
import {crossProblems, findWarnings} from './check.ts';
import type {Need} from './check.ts';
import type {Config, ConfigWarning, SignerConfig} from './config.ts';
import {configPlaces} from './file.ts';
import {hasConfigVariables, noConfiguration} from './no-configuration.ts';
import {inOrder, problemAt, problemLine} from './problems.ts';
import type {ConfigProblem} from './problems.ts';
import {proofChecksOf, withProofChecks} from './proof-checks.ts';
import {resolve} from './resolve.ts';
import type {Origin, Resolved} from './resolve.ts';
import {ALL_FIELDS, envNames, FIELDS} from './schema.ts';
import {sanitizeText} from './sanitize.ts';
import {readSource, type ConfigSource} from './source.ts';
import {refuseEigenlayerFile} from './eigenlayer-file.ts';
import type {FileTree} from './tree.ts';
import {kindProblems, wantedKinds} from './worker-kinds.ts';
import {run, say} from '../foundation/next-step/next-step.ts';

export type LoadedConfig<T> = {
  config: T;
  warnings: readonly ConfigWarning[];
  /** The origin of each value, by config path. */
  origin: ReadonlyMap<string, Origin>;
};

/** A checked configuration, with its problems. */
export type CheckedConfig = {
  /** In the order of the file; empty when the configuration is valid. */
  problems: readonly ConfigProblem[];
  /** What keeps `aos run` from starting, and no other command: the way out of a network must stay open. */
  startProblems: readonly ConfigProblem[];
  warnings: readonly ConfigWarning[];
  origin: ReadonlyMap<string, Origin>;
  /** A hash of the text of each value, by config path: shows what changed without revealing a secret. */
  marks: ReadonlyMap<string, string>;
  /** Null while there are problems. */
  signer: SignerConfig | null;
  /** Null while there are problems, or when `need` was less than `run`. */
  run: Config | null;
};

const MOST_LINES = 100;

/**
 * Reads and checks a configuration and returns all its problems.
 * @throws AosError RAW_PRIVATE_KEY (checked first) | CONFIG_MISSING | CONFIG_UNREADABLE | CONFIG_INVALID (a file of another program)
 */
export function checkConfig(source: ConfigSource, {need}: {need: Need}): CheckedConfig {
  const {file, env, cwd, flags = {}} = source;
  const {name, read, yaml, tree} = readSource(source);
  refuseEigenlayerFile(tree, file);
  const resolved = resolve({flags, env, tree});
  const syntax = yaml.problems.map(({at, path, message}) => problemAt({source: name, ...at}, path, message));
  const values =
    syntax.length === 0
      ? [...resolved.problems, ...crossProblems(resolved, tree, file === null ? null : name, need)]
      : beforeFirst(syntax, resolved.problems);
  const problems = ofVersion(inOrder([...syntax, ...values]));
  const good = problems.length === 0;
  return {
    problems,
    startProblems: good && need === 'run' ? kindProblems(resolved, tree) : [],
    warnings: syntax.length === 0 ? findWarnings(resolved, tree, env, read.readable) : [],
    origin: resolved.origin,
    marks: marksOf(resolved, tree),
    signer: good ? buildSignerConfig(resolved, {file, cwd, env}) : null,
    run: good && need === 'run' ? runConfig(resolved, tree, {file, cwd, env}) : null,
  };
}

function runConfig(resolved: Resolved, tree: FileTree, base: PathBase): Config {
  const config = buildConfig(resolved, wantedKinds(resolved, tree), base);
  return withProofChecks(config, proofChecksOf(resolved, tree, base));
}

function marksOf(resolved: Resolved, tree: FileTree): ReadonlyMap<string, string> {
  const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
  const maps = [...tree.maps].map(([path, entries]): [string, string] => [
    path,
    hash([...entries].map(([name, {values}]) => [name, ...values])),
  ]);
  return new Map([
    ...maps,
    ...ALL_FIELDS.flatMap((field): [string, string][] => {
      const texts = resolved.raw(field)?.texts.map(({text}) => text);
      if (texts === undefined) return [];
      return [[field.path, hash(texts)]];
    }),
  ]);
}

/** In a file of a later aos the other keys may be right: only its version is a problem. */
function ofVersion(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const version = problems.filter(({path}) => path === FIELDS.version.path);
  return version.length > 0 ? version : problems;
}

/** Drops problems after the first syntax error: from there on the parser guesses. */
function beforeFirst(syntax: readonly ConfigProblem[], problems: readonly ConfigProblem[]): ConfigProblem[] {
  const first = syntax.reduce((least, {line}) => Math.min(least, line ?? 0), Infinity);
  return problems.filter(({line}) => line === null || line < first);
}

/**
 * Reads a configuration: flag > environment > file > network preset > default (docs/protocol.md#reference-configuration and ours).
 * @param need `signer` requires only node_id and signer_key; all values that are present are checked
 * @throws AosError CONFIG_INVALID, with one line a problem in its message; the errors of {@link checkConfig};
 *   CONFIG_MISSING also without a file, when flags and environment lack a required value
 */
export function loadConfig(source: ConfigSource, options: {need: 'run'}): LoadedConfig<Config>;
export function loadConfig(source: ConfigSource, options: {need: 'signer'}): LoadedConfig<SignerConfig>;
export function loadConfig(source: ConfigSource, options: {need: Need}): LoadedConfig<Config | SignerConfig> {
  const {problems, warnings, origin, signer, run} = checkConfig(source, options);
  const config = options.need === 'run' ? run : signer;
  if (config === null) throw problemsError(source, problems);
  return {config, warnings, origin};
}

/** Makes one error of all problems. */
export function problemsError(source: ConfigSource, problems: readonly ConfigProblem[]): AosError {
  const lines = problems.slice(0, MOST_LINES).map(problemLine);
  if (problems.length > MOST_LINES) lines.push(`and ${problems.length - MOST_LINES} more`);
  const details = {file: source.file, problems: problems.slice(0, MOST_LINES)};
  // A wrong flag is not a problem of the file.
  if (problems.every(({source: place}) => place.startsWith('--')))
    return new AosError('USAGE', lines.join('\n'), {details});
  if (source.file !== null || problems.every(({got}) => !got.startsWith('is missing'))) {
    const inVariables = problems.every(({line, source: place}) => line === null && place !== source.file);
    return new AosError('CONFIG_INVALID', lines.join('\n'), {
      details,
      ...(inVariables ? {next: say('Correct the variables named above; what is set: env | grep AOS_')} : {}),
    });
  }
  if (!hasConfigVariables(source.env)) return noConfiguration(source.env);
  const places = configPlaces(source.env).map(({path}) => sanitizeText(path));
  const variables = [FIELDS.nodeId, FIELDS.signerKey].map((field) => envNames(field)[0]).join(', ');
  const message = `there is no configuration file; tried ${places.join(', ')}\n${lines.join('\n')}`;
  return new AosError('CONFIG_MISSING', message, {
    details,
    next: run(
      'init',
      [],
      `Name it with -c FILE or AOS_CONFIG, give the values above by variables (${variables}, …), or make it`,
    ),
  });
}
