import type {Config} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {StandingReader} from '../../node/standing/reading.ts';
import {readOperatorStatus} from '../../peers/chain/status/operator-status.ts';
import type {RpcWatch} from '../../peers/chain/rpc/watch.ts';
import {standingOf} from '../status/standing.ts';

/** One request to the RPC, of the six steps that a reading takes. */
const RPC_TIMEOUT_MS = 6_000;

/** Reads what the chain says of this operator, as `aos status` does. */
export function createStandingReader(
  config: Config,
  time: Pick<Time, 'now'>,
  watch?: RpcWatch,
): StandingReader {
  const {network, chainId, node, net, chain, policy} = config;
  const rules = {
    source: 'configuration',
    probeIntervalMs: node.heartbeatIntervalMs,
    offlineGraceMs: policy.offlineGraceMs,
    penaltyWei: policy.penaltyWei,
    networkStart: policy.networkStart,
    sortPrecision: chain.vrfSortPrecision,
    outerUrl: net.outerUrl,
    socket: chain.socket,
  };
  return {
    async read(signal, followed) {
      const facts = await readOperatorStatus({
        rpcUrls: chain.rpcUrls,
        chainId,
        timeoutMs: RPC_TIMEOUT_MS,
        signal,
        now: time.now,
        configured: chain,
        operator: node.id,
        followed,
        watch,
      });
      return standingOf(facts, {nodeId: node.id, network, rules, now: time.now()});
    },
  };
}
