import type {Contracts} from '../../config/config.ts';
import {lackOf, readStateProof} from './log-proof.ts';
import type {ScanStats} from './logs.ts';
import type {Chain} from './open.ts';
import type {LogQuery, ScanStore} from './scan-store.ts';
import {blockOf} from './slashing-blocks.ts';
import type {Source} from './slashing-filters.ts';
import type {SourcePlan} from './slashing-sources.ts';

/**
 * Scans the queries and compares the logs with the contracts' state. Sources that lack logs are read once more without the
 * cache, which an RPC without old logs may have filled; those that still lack some are named, and not kept.
 * @returns by key of a source, what is missing
 * @throws as the scan, and as {@link Chain.read}
 */
export async function scanAndCompare(
  {queries, sources}: {queries: readonly LogQuery[]; sources: readonly Source[]},
  store: ScanStore,
  context: {
    chain: Chain;
    plan: SourcePlan;
    /** Reads the blocks of queries that the store is missing. */
    scan: (queries: readonly LogQuery[]) => Promise<ScanStats>;
    operator: string;
    contracts: Contracts;
  },
): Promise<{scan: ScanStats; lacks: ReadonlyMap<string, string>}> {
  const {chain, plan, operator, contracts} = context;
  const {allocationManager} = plan;
  const [first, proof] = await Promise.all([
    context.scan(queries),
    readStateProof(chain, {operator, contracts, allocationManager}),
  ]);
  const lowest = Math.min(...queries.map(({span}) => span.from), Number(chain.blockNumber));
  const begin = await blockOf(chain, lowest);
  const latest = Number(chain.blockNumber);

  const compare = (): Map<string, string> =>
    new Map(
      queries.flatMap(({id, span}) => {
        const source = sources.find(({key}) => key === id);
        if (source === undefined) return [];
        const logs = store.logs(id);
        const fromAt = begin?.timestamp ?? 0;
        const lack = lackOf({source, logs, span: {...span, fromAt}, latest}, proof, operator);
        if (lack === null) return [];
        const known = logs[0]?.block;
        const end = known === undefined || known <= span.from ? span.to : known - 1;
        return [[id, `${chain.endpoint} does not have all logs of blocks ${span.from} to ${end}: ${lack}`]];
      }),
    );

  const doubtful = compare();
  if (doubtful.size === 0) return {scan: first, lacks: doubtful};
  for (const id of doubtful.keys()) store.forget(id);
  const second = await context.scan(queries.filter(({id}) => doubtful.has(id)));
  const lacks = compare();
  for (const id of lacks.keys()) store.distrust(id);
  return {
    scan: {
      requests: first.requests + second.requests,
      logs: first.logs + second.logs,
      window: second.window ?? first.window,
      ms: first.ms + second.ms,
    },
    lacks,
  };
}
