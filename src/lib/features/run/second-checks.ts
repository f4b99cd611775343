import {randomBytes} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import type {Config, SecondConfig, WorkerConfig} from '../../config/config.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {sampleSecret} from '../../node/cross-check/sample.ts';
import {createSecondCheck} from '../../node/cross-check/second-check.ts';
import type {Notes} from '../../node/journal/journal.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {createWorkers} from '../../peers/worker/workers.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {createSecondWorker, type ReplaceableSecond} from './second-worker.ts';
import {withoutUnproven} from './unproven-false.ts';

/** The checks by second workers. */
export type SecondChecks = {
  /** Of the configuration that holds now. */
  now(): readonly AnswerCheck[];
  /** Second workers and samples are those of this configuration from now on; what is under way ends as it began. */
  takeOver(config: Pick<Config, 'workers'>): void;
  close(): Promise<void>;
};

/** The second worker of a kind, and the check that asks it. */
type Pool = {limits: WorkerConfig; check: AnswerCheck; second: ReplaceableSecond};
type Deps = {journal: Notes; proofEngine: ProofEngine};

/** @throws AosError JOURNAL_WRITE_FAILED: the secret of the samples could not be kept */
export async function openSecondChecks(
  {workers, node}: Pick<Config, 'workers' | 'node'>,
  {journal, proofEngine}: Deps,
): Promise<SecondChecks> {
  let sampled: ReturnType<typeof sampleSecret> | null = null;
  /** Those of the configuration, and replaced ones that a comparison still uses. */
  const open = new Set<ReplaceableSecond>();

  function poolOf(kind: WorkerKind, limits: WorkerConfig, {url, sample}: SecondConfig): Pool {
    const {secret} = (sampled ??= sampleSecret(journal, newSecretId));
    const second: ReplaceableSecond = createSecondWorker(
      () => createWorkers(kind, {...limits, urls: [url]}, {time: systemTime, proofEngine}),
      () => open.delete(second),
    );
    open.add(second);
    const {worker} = second;
    const deps = {worker, sample, secret, nodeId: node.id, newSecretId, time: systemTime};
    const asked = createSecondCheck(deps);
    const check: AnswerCheck = {
      ...asked,
      check: (answer, signal) => second.use(() => asked.check(answer, signal)),
    };
    return {limits, check: withoutUnproven(check, limits), second};
  }

  const poolsOf = (of: Config['workers'], before: ReadonlyMap<WorkerKind, Pool>): Map<WorkerKind, Pool> =>
    new Map(
      wantedIn(of).map(({kind, limits, second}) => {
        const known = before.get(kind);
        const isSame = known !== undefined && isDeepStrictEqual(known.limits, limits);
        return [kind, isSame ? known : poolOf(kind, limits, second)];
      }),
    );

  let pools = poolsOf(workers, new Map());
  // In a function of its own, because the compiler does not see that poolsOf sets it.
  await isKept(sampled);
  return {
    now: () => [...pools.values()].map(({check}) => check),
    takeOver(next) {
      const before = pools;
      pools = poolsOf(next.workers, before);
      for (const [kind, pool] of before) if (pools.get(kind) !== pool) pool.second.replaced();
      // The operator reports a journal that cannot be written, and the next start makes another secret.
      isKept(sampled).catch(() => undefined);
    },
    async close() {
      await Promise.all([...open].map((second) => second.close()));
    },
  };
}

async function isKept(sampled: ReturnType<typeof sampleSecret> | null): Promise<void> {
  await sampled?.kept;
}

const newSecretId = (): string => randomBytes(16).toString('hex');

function wantedIn({
  kinds,
}: Config['workers']): readonly {kind: WorkerKind; limits: WorkerConfig; second: SecondConfig}[] {
  return WORKER_KINDS.flatMap((kind) => {
    const limits = kinds[kind];
    const second = limits?.second ?? null;
    return limits === undefined || second === null ? [] : [{kind, limits, second}];
  });
}
