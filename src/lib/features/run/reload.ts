import type {Config, ConfigWarning} from '../../config/config.ts';
import {ZKML_MODELS} from '../../config/maps.ts';
import {refusePublicKeys} from '../../config/public-keys.ts';
import {ALL_FIELDS, FIELDS} from '../../config/schema.ts';
import {readTeeRoot} from '../../config/tee-root.ts';
import {checkConfig, problemsError, type CheckedConfig} from '../../config/load.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Emit} from '../../node/events/events.ts';
import type {LogChoice} from './event-output.ts';

export type ReloadOptions = {
  /** The configuration file that the operator was started with; null: none. */
  file: string | null;
  /** Of the configuration that it works with (see {@link CheckedConfig}). */
  marks: CheckedConfig['marks'];
  /** Keys that a flag of the command line overrides: they hold after a restart, if at all. */
  byFlag: readonly string[];
  /** Remarks about the configuration that were made at the start. */
  warnings: readonly Pick<ConfigWarning, 'message'>[];
  /** The configuration that it works with. */
  config: Config;
  emit: Emit;
  /** Workers, RPC endpoints and alerts are those of this configuration from now on. */
  takeOver: (config: Config) => void;
  setLog: (choice: LogChoice) => void;
};

/** What a reload did: keys that hold from now on, and those that do after a restart. */
export type ReloadResult = {file: string | null; applied: string[]; needRestart: string[]};

/** When no job is a problem is known to the operator itself from its start. */
function isOfAlerts(path: string): boolean {
  return path.startsWith('alerts.') && path !== FIELDS.noJobAfter.path;
}

/** What a running operator was built from, beside the kinds of worker: the dispatcher and the queues know these from the start. */
const OF_WORKERS_FROM_START = [FIELDS.tee.callbackPort.path];

/** The keys that a running operator takes over; the others are what it was built from. */
const LIVE = [
  'log.format',
  'log.level',
  FIELDS.rpcUrl.path,
  FIELDS.rpcUrls.path,
  ...ALL_FIELDS.map(({path}) => path).filter(isOfAlerts),
  FIELDS.workerUrl.path,
  ...[FIELDS.opml, FIELDS.tee, FIELDS.zkml]
    .flatMap((kind) => Object.values(kind).map(({path}) => path))
    .filter((path) => !OF_WORKERS_FROM_START.includes(path)),
  ZKML_MODELS.path,
];

/** Keys of the reference operator that nothing reads: neither a reload nor a restart changes anything. */
const UNUSED = ALL_FIELDS.filter(({kind}) => kind === 'unused').map(({path}) => path);

/**
 * Creates the action of SIGHUP and of `aos reload`: it reads the configuration again and reports the result. A wrong one changes
 * nothing.
 * @returns a function that reloads; it throws what is wrong with the new configuration (AosError CONFIG_* | KEY_* | TEE_ROOT_INVALID)
 * @throws AosError TEE_ROOT_INVALID
 */
export function createReload(options: ReloadOptions): () => ReloadResult {
  const {file, byFlag, config, emit} = options;
  /** Remarks that were made already. */
  let known = new Set(options.warnings.map(({message}) => message));
  const mayTakeOver = (key: string, next: Config): boolean =>
    LIVE.includes(key) && !byFlag.includes(key) && isLive(key, config, next);
  // Keys that need a restart are reported with each reload until the restart.
  const marks = withFiles(options.marks, config);
  let live = marks;
  return () => {
    try {
      const source = {file, env: process.env, cwd: process.cwd()};
      const checked = checkConfig(source, {need: 'run'});
      const problems = [...checked.problems, ...checked.startProblems];
      if (checked.run === null || problems.length > 0) throw problemsError(source, problems);
      refusePublicKeys(checked.run);
      const next = checked.run;
      const takesOver = (key: string): boolean => mayTakeOver(key, next);
      const found = withFiles(checked.marks, next);
      const applied = changedKeys(live, found).filter(takesOver);
      if (applied.length > 0) {
        options.takeOver(taken(config, next, takesOver));
        options.setLog(next.log);
      }
      const needRestart = changedKeys(marks, found).filter((key) => !takesOver(key));
      // A section of its own makes a kind, also one in which every value is the default.
      if (kindsOf(config) !== kindsOf(next)) needRestart.push(KINDS);
      for (const {code, message} of checked.warnings)
        if (!known.has(message)) emit({type: 'warning', code, message});
      known = new Set(checked.warnings.map(({message}) => message));
      emit({type: 'config_reloaded', file, applied, needRestart});
      live = found;
      return {file, applied, needRestart};
    } catch (error) {
      const code = error instanceof AosError ? error.code : 'BUG';
      emit({
        type: 'warning',
        code,
        message: `the configuration was not reloaded, the old one stays: ${errorText(error)}`,
      });
      throw error;
    }
  };
}

const KINDS = 'workers';

function kindsOf({workers}: Config): string {
  return Object.keys(workers.kinds).sort().join();
}

/** Whether a key can change while the operator works, from this configuration to that one. */
function isLive(key: string, config: Config, next: Config): boolean {
  if (key.startsWith('workers.') || key === FIELDS.workerUrl.path) return kindsOf(config) === kindsOf(next);
  // Without a chain id the endpoints say which chain it is, and so which lock keeps a second operator out.
  if (key === FIELDS.rpcUrl.path || key === FIELDS.rpcUrls.path) return config.chainId !== null;
  return true;
}

/** The configuration of the run with what is taken over of a new one. */
function taken(config: Config, next: Config, takesOver: (key: string) => boolean): Config {
  const {callbackPort} = config.workers.kinds.tee ?? {};
  const {tee} = next.workers.kinds;
  const fromStart = tee === undefined || callbackPort === undefined ? {} : {tee: {...tee, callbackPort}};
  const kinds = takesOver(FIELDS.opml.url.path)
    ? {...next.workers.kinds, ...fromStart}
    : config.workers.kinds;
  const rpcUrls = takesOver(FIELDS.rpcUrl.path) ? next.chain.rpcUrls : config.chain.rpcUrls;
  return {
    ...config,
    workers: {...config.workers, kinds},
    chain: {...config.chain, rpcUrls},
    alerts: {...next.alerts, noJobAfterMs: config.alerts.noJobAfterMs},
  };
}

/** The marks with the content of files that only a reload reads again: one that is replaced in its place is a change. */
function withFiles(marks: CheckedConfig['marks'], config: Config): CheckedConfig['marks'] {
  const rootFile = config.workers.kinds.tee?.attestation?.rootFile ?? null;
  if (rootFile === null) return marks;
  const {path} = FIELDS.tee.root;
  const {sha256} = readTeeRoot(rootFile, path);
  return new Map([...marks, [path, `${marks.get(path) ?? ''} ${sha256}`]]);
}

/** Keys that are used and whose values are not the same in both, in alphabetical order. */
function changedKeys(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !UNUSED.includes(key) && before.get(key) !== after.get(key)).sort();
}
