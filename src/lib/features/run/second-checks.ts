import {randomBytes} from 'node:crypto';
import type {Config} from '../../config/config.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {sampleSecret} from '../../node/cross-check/sample.ts';
import {createSecondCheck} from '../../node/cross-check/second-check.ts';
import type {Notes} from '../../node/journal/journal.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import {createWorkers} from '../../peers/worker/workers.ts';
import {WORKER_KINDS} from '../../protocol/wire/messages.ts';

/** The checks by second workers of a configuration, and what ends them. */
export type SecondChecks = {checks: readonly AnswerCheck[]; close(): Promise<void>};

/** @throws AosError JOURNAL_WRITE_FAILED: the secret of the samples could not be kept */
export async function createSecondChecks(
  {workers, node}: Pick<Config, 'workers' | 'node'>,
  journal: Notes,
): Promise<SecondChecks> {
  const newSecretId = (): string => randomBytes(16).toString('hex');
  const wanted = WORKER_KINDS.flatMap((kind) => {
    const limits = workers.kinds[kind];
    return limits?.second === undefined || limits.second === null
      ? []
      : [{kind, limits, second: limits.second}];
  });
  if (wanted.length === 0) return {checks: [], close: () => Promise.resolve()};
  const secret = await sampleSecret(journal, newSecretId);
  const pools = wanted.map(({kind, limits, second: {url, sample}}) => ({
    worker: createWorkers(kind, {...limits, urls: [url]}, {time: systemTime}),
    sample,
  }));
  return {
    checks: pools.map(({worker, sample}) =>
      createSecondCheck({worker, sample, secret, nodeId: node.id, newSecretId, time: systemTime}),
    ),
    async close() {
      await Promise.all(pools.map(({worker}) => worker.close()));
    },
  };
}
