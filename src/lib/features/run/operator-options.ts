import type {Config} from '../../config/config.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import type {OperatorOptions} from '../../node/operator/options.ts';

/** What an operator is and how it works, from its configuration and the command line. */
export function operatorOptions(
  config: Config,
  {version, maxAccepted}: Pick<OperatorOptions, 'version' | 'maxAccepted'>,
): OperatorOptions {
  const {node, net, chain, store, policy} = config;
  return {
    nodeId: node.id,
    network: config.network,
    version,
    clockId: node.clockId,
    callbackUrl: net.callbackUrl,
    dispatcherUrl: net.dispatcherUrl,
    verifyDispatcher: net.verifyDispatcher,
    dispatcherAddress: node.dispatcherAddress,
    noJobAfterMs: config.alerts.noJobAfterMs,
    // There, what asks over loopback is the network.
    countsLocalProbes: isDevelopmentChain(config.chainId),
    probeIntervalMs: node.heartbeatIntervalMs,
    vrfSortPrecision: chain.vrfSortPrecision,
    rangeRefreshMs: chain.rangeRefreshMs,
    evidenceMs: policy.challengePeriodMs + policy.checkpointPeriodMs,
    retentionMs: store.retentionMs,
    shutdownGraceMs: config.shutdownGraceMs,
    maxAccepted,
  };
}
