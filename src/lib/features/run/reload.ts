import type {Config, WorkerConfig} from '../../config/config.ts';
import {refusePublicKeys} from '../../config/public-keys.ts';
import {ALL_FIELDS, FIELDS} from '../../config/schema.ts';
import {checkConfig, problemsError, type CheckedConfig} from '../../config/load.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import type {Emit} from '../../node/events/events.ts';
import type {LogChoice} from './event-output.ts';

export type ReloadOptions = {
  /** The configuration file that the operator was started with; null: none. */
  file: string | null;
  /** Of the configuration that it works with (see {@link CheckedConfig}). */
  marks: CheckedConfig['marks'];
  /** Keys that a flag of the command line stands above: they hold after a restart, if at all. */
  byFlag: readonly string[];
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

/**
 * The keys that a running operator takes over; the others are what it was built from. Which kinds of worker there are is one of
 * these: the dispatcher and the queues know them from the start.
 */
const LIVE = [
  'log.format',
  'log.level',
  FIELDS.rpcUrl.path,
  FIELDS.rpcUrls.path,
  ...ALL_FIELDS.map(({path}) => path).filter(isOfAlerts),
  FIELDS.workerUrl.path,
  ...[FIELDS.opml, FIELDS.tee, FIELDS.zkml].flatMap((kind) =>
    [
      ...[kind.url, kind.urls, kind.concurrency, kind.readyTimeout],
      ...[kind.answerTimeout, kind.attempts, kind.deadline, kind.onFailure],
    ].map(({path}) => path),
  ),
  FIELDS.zkml.knownGoodModel.path,
  FIELDS.zkml.knownGoodProof.path,
];

/**
 * Creates the action of SIGHUP and of `aos reload`: it reads the configuration again and reports the result. A wrong one changes
 * nothing.
 * @returns a function that reloads; it throws what is wrong with the new configuration (AosError CONFIG_* | KEY_*)
 */
export function createReload(options: ReloadOptions): () => ReloadResult {
  const {file, marks, byFlag, config, emit} = options;
  const mayTakeOver = (key: string, next: Config): boolean =>
    LIVE.includes(key) && !byFlag.includes(key) && isLive(key, config, next);
  // Keys that need a restart are reported with each reload until the restart.
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
      const applied = changedKeys(live, checked.marks).filter(takesOver);
      if (applied.length > 0) {
        options.setLog(next.log);
        options.takeOver(taken(config, next, takesOver));
      }
      const needRestart = changedKeys(marks, checked.marks).filter((key) => !takesOver(key));
      // A section of its own makes a kind, also one in which every value is the default.
      if (kindsOf(config) !== kindsOf(next)) needRestart.push(KINDS);
      emit({type: 'config_reloaded', file, applied, needRestart});
      live = checked.marks;
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
  // The checks of answers are those of the start: an answer that waits for one must find it.
  if (/^workers\.\w+\.(?:second|sample)$/.test(key)) return false;
  if (key.startsWith('workers.') || key === FIELDS.workerUrl.path) return kindsOf(config) === kindsOf(next);
  // Without a chain id the endpoints say which chain it is, and so which lock keeps a second operator out.
  if (key === FIELDS.rpcUrl.path || key === FIELDS.rpcUrls.path) return config.chainId !== null;
  return true;
}

/** The configuration of the run with what is taken over of a new one. */
function taken(config: Config, next: Config, takesOver: (key: string) => boolean): Config {
  const kinds = takesOver(FIELDS.opml.url.path)
    ? withTheirChecks(config.workers.kinds, next.workers.kinds)
    : config.workers.kinds;
  const rpcUrls = takesOver(FIELDS.rpcUrl.path) ? next.chain.rpcUrls : config.chain.rpcUrls;
  return {
    ...config,
    workers: {...config.workers, kinds},
    chain: {...config.chain, rpcUrls},
    alerts: {...next.alerts, noJobAfterMs: config.alerts.noJobAfterMs},
  };
}

type Kinds = Config['workers']['kinds'];

/**
 * The next workers with what their answers are checked by as it was at the start, which the checks were made of: a word that
 * none of them looks at would go out unchecked.
 */
function withTheirChecks(now: Kinds, next: Kinds): Kinds {
  const checked = WORKER_KINDS.flatMap((kind): [WorkerKind, WorkerConfig][] => {
    const [before, after] = [now[kind], next[kind]];
    if (before === undefined || after === undefined) return [];
    const isEngine = [before, after].some(({proofs}) => proofs?.verify === 'engine');
    const {attestation, proofs, engine, second, callbackPort} = before;
    const kept = {attestation, proofs, engine, second, callbackPort};
    const given = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
    // With the engine alone the list has the engine in the place of a worker.
    return [[kind, {...after, ...given, ...(isEngine ? {urls: before.urls} : {})}]];
  });
  return {...next, ...Object.fromEntries(checked)};
}

/** Keys whose values are not the same in both, in alphabetical order. */
export function changedKeys(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).sort();
}
