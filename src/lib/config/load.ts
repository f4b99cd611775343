import {createHash} from 'node:crypto';
import {AosError} from '../foundation/errors/error.ts';
import {buildConfig, buildSignerConfig} from './build.ts';
import {crossProblems, findWarnings, runnableKinds} from './check.ts';
import type {Need} from './check.ts';
import type {Config, ConfigWarning, SignerConfig} from './config.ts';
import {configPlaces} from './file.ts';
import {inOrder, problemAt, problemLine} from './problems.ts';
import type {ConfigProblem} from './problems.ts';
import {resolve} from './resolve.ts';
import type {Origin, Resolved} from './resolve.ts';
import {ALL_FIELDS, envNames, FIELDS} from './schema.ts';
import {sanitizeText} from './sanitize.ts';
import {readSource, type ConfigSource} from './source.ts';
export type LoadedConfig<T> = {
  config: T;
  warnings: readonly ConfigWarning[];
  /** Where each value comes from, by config path. */
  origin: ReadonlyMap<string, Origin>;
};

/** A configuration as it was found, good or bad. */
export type CheckedConfig = {
  /** In the order of the file; empty when all is well. */
  problems: readonly ConfigProblem[];
  warnings: readonly ConfigWarning[];
  origin: ReadonlyMap<string, Origin>;
  /** What each value is, as a hash of its text, by config path: tells what changed, and gives no secret away. */
  marks: ReadonlyMap<string, string>;
  /** Null while there are problems. */
  signer: SignerConfig | null;
  /** Null while there are problems, or when `need` was less than `run`. */
  run: Config | null;
};

const MOST_LINES = 100;

/**
 * Reads and checks a configuration and reports all that is wrong with it.
 * @throws AosError RAW_PRIVATE_KEY (looked for before anything else) | CONFIG_MISSING | CONFIG_UNREADABLE
 */
export function checkConfig(source: ConfigSource, {need}: {need: Need}): CheckedConfig {
  const {file, env, cwd, flags = {}} = source;
  const {name, read, yaml, tree} = readSource(source);
  const resolved = resolve({flags, env, tree});
  const syntax = yaml.problems.map(({at, path, message}) => problemAt({source: name, ...at}, path, message));
  const values =
    syntax.length === 0
      ? [...resolved.problems, ...crossProblems(resolved, tree, file === null ? null : name, need)]
      : beforeFirst(syntax, resolved.problems);
  const problems = inOrder([...syntax, ...values]);
  const good = problems.length === 0;
  return {
    problems,
    warnings: syntax.length === 0 ? findWarnings(resolved, tree, env, read.readable) : [],
    origin: resolved.origin,
    marks: marksOf(resolved),
    signer: good ? buildSignerConfig(resolved) : null,
    run:
      good && need === 'run' ? buildConfig(resolved, runnableKinds(resolved, tree), {file, cwd, env}) : null,
  };
}

function marksOf(resolved: Resolved): ReadonlyMap<string, string> {
  return new Map(
    ALL_FIELDS.flatMap((field): [string, string][] => {
      const texts = resolved.raw(field)?.texts.map(({text}) => text);
      if (texts === undefined) return [];
      return [[field.path, createHash('sha256').update(JSON.stringify(texts)).digest('hex')]];
    }),
  );
}

/** Behind the first syntax error the parser guesses; what it says there about values would mislead. */
function beforeFirst(syntax: readonly ConfigProblem[], problems: readonly ConfigProblem[]): ConfigProblem[] {
  const first = syntax.reduce((least, {line}) => Math.min(least, line ?? 0), Infinity);
  return problems.filter(({line}) => line === null || line < first);
}

/**
 * Reads a configuration: flag > environment > file > network preset > default
 * (docs/protocol.md#reference-configuration, and ours).
 * @param need `signer` demands only node_id and signer_key; values that are there are checked in any case
 * @throws AosError CONFIG_INVALID, whose message has one line a problem; what {@link checkConfig} throws;
 *   CONFIG_MISSING also when there is no file and flags and environment do not give all that is needed
 */
export function loadConfig(source: ConfigSource, options: {need: 'run'}): LoadedConfig<Config>;
export function loadConfig(source: ConfigSource, options: {need: 'signer'}): LoadedConfig<SignerConfig>;
export function loadConfig(source: ConfigSource, options: {need: Need}): LoadedConfig<Config | SignerConfig> {
  const {problems, warnings, origin, signer, run} = checkConfig(source, options);
  const config = options.need === 'run' ? run : signer;
  if (config === null) throw problemsError(source, problems);
  return {config, warnings, origin};
}

/** All problems as one error. */
export function problemsError(source: ConfigSource, problems: readonly ConfigProblem[]): AosError {
  const lines = problems.slice(0, MOST_LINES).map(problemLine);
  if (problems.length > MOST_LINES) lines.push(`and ${problems.length - MOST_LINES} more`);
  const details = {file: source.file, problems: problems.slice(0, MOST_LINES)};
  // Nothing is wrong with a file that the command line overrules.
  if (problems.every(({source: place}) => place.startsWith('--')))
    return new AosError('USAGE', lines.join('\n'), {details});
  if (source.file !== null || problems.every(({got}) => !got.startsWith('is missing'))) {
    return new AosError('CONFIG_INVALID', lines.join('\n'), {details});
  }
  const places = configPlaces(source.env, source.cwd).map(({path}) => sanitizeText(path));
  const variables = [FIELDS.nodeId, FIELDS.signerKey].map((field) => envNames(field)[0]).join(', ');
  const message = `there is no configuration file; looked for ${places.join(', ')}\n${lines.join('\n')}`;
  return new AosError('CONFIG_MISSING', message, {
    details,
    next: `aos init makes one; or name it with -c FILE or AOS_CONFIG, or give the values above by variables (${variables}, …).`,
  });
}
