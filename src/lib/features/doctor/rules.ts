import type {UsableConfig} from '../../config/usable.ts';
import {USUAL_PRECISION} from '../../protocol/vrf/share.ts';
import type {Rules} from '../status/facts.ts';

/** The rules of the network, as the configuration under examination has them. */
export function rulesOf(config: UsableConfig): Rules {
  const {probeIntervalMs, offlineGraceMs, penaltyWei, networkStart, outerUrl, socket, vrfSortPrecision} =
    config;
  return {
    source: 'configuration',
    probeIntervalMs,
    offlineGraceMs,
    penaltyWei,
    networkStart,
    sortPrecision: vrfSortPrecision ?? USUAL_PRECISION,
    outerUrl,
    socket,
  };
}
