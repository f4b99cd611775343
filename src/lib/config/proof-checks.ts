import {dirname, join, resolve as resolvePath} from 'node:path';
import type {PathBase} from './build.ts';
import type {Config, ProofChecks, ProofModel} from './config.ts';
import {ZKML_MODELS, type MapEntry} from './maps.ts';
import {stateHome} from './paths.ts';
import {problemAt, type ConfigProblem} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import type {FileTree} from './tree.ts';
import {userPath, type Env} from './user-path.ts';

/** Where the engine is looked for unless `workers.zkml.engine_dir` names a folder; null: no state directory is known. */
export function usualEngineDir(env: Env): string | null {
  const state = stateHome(env);
  return state === null ? null : join(state, 'zk-engine');
}

/** How the proofs of zkml jobs are checked here; valid values alone. */
export function proofChecksOf(resolved: Resolved, tree: FileTree, base: PathBase): ProofChecks {
  const {file, cwd, env} = base;
  const folder = file === null ? cwd : dirname(resolvePath(cwd, file));
  const path = (text: string): string => userPath(text, folder, env);
  const models = new Map<string, ProofModel>();
  for (const [name, {values}] of tree.maps.get(ZKML_MODELS.path) ?? []) {
    const [vk, vkSha256] = [values.get('vk'), values.get('vk_sha256')];
    if (vk === undefined || vkSha256 === undefined) continue;
    const [settings, srs] = [values.get('settings'), values.get('srs')];
    models.set(name, {
      vk: path(vk),
      vkSha256,
      settings: settings === undefined ? null : path(settings),
      settingsSha256: values.get('settings_sha256') ?? null,
      srs: srs === undefined ? null : path(srs),
      srsSha256: values.get('srs_sha256') ?? null,
    });
  }
  const engineDir = resolved.one(FIELDS.zkml.engineDir);
  return {
    verify: resolved.one(FIELDS.zkml.verify) ?? 'both',
    models,
    engineDir: engineDir === undefined ? usualEngineDir(env) : userPath(engineDir, folder, env),
    allowPrivate: resolved.many(FIELDS.zkml.allowPrivate) ?? [],
    repeats: resolved.one(FIELDS.zkml.repeats) ?? 'hold',
  };
}

/** The place that the engine has in the list of workers: it is in this process, and listens nowhere. */
export const ENGINE_URL = 'engine://zkml';

/** The configuration with its checks of proofs; with the engine alone no worker is asked. */
export function withProofChecks(config: Config, proofs: ProofChecks): Config {
  const {zkml} = config.workers.kinds;
  if (zkml === undefined) return config;
  const urls = proofs.verify === 'engine' ? [ENGINE_URL] : zkml.urls;
  const kinds = {...config.workers.kinds, zkml: {...zkml, urls, proofs}};
  return {...config, workers: {...config.workers, kinds}};
}

/** Finds models of which only a part is configured, and checks without a model. */
export function proofCheckProblems(resolved: Resolved, tree: FileTree): ConfigProblem[] {
  const entries = tree.maps.get(ZKML_MODELS.path) ?? new Map<string, MapEntry>();
  const problems: ConfigProblem[] = [];
  for (const [name, {place, values}] of entries) {
    const path = `${ZKML_MODELS.path}.${name}`;
    const needs: readonly (readonly [string, boolean])[] = [
      ['vk', true],
      ['vk_sha256', true],
      ['settings', values.has('settings_sha256') || values.has('srs')],
      ['settings_sha256', values.has('settings')],
      ['srs', values.has('srs_sha256')],
      ['srs_sha256', values.has('srs')],
    ];
    for (const [key, isNeeded] of needs)
      if (isNeeded && !values.has(key))
        problems.push(problemAt(place, `${path}.${key}`, 'is missing', 'each file with its SHA-256'));
  }
  const raw = resolved.raw(FIELDS.zkml.verify);
  const place = raw?.texts[0]?.place;
  const verify = resolved.one(FIELDS.zkml.verify);
  if (place !== undefined && raw?.origin.from !== 'default' && verify !== 'worker' && entries.size === 0)
    problems.push(
      problemAt(
        place,
        FIELDS.zkml.verify.path,
        `is ${verify ?? ''}, but ${ZKML_MODELS.path} names no model`,
        'the files of a model, or worker',
      ),
    );
  return problems;
}
