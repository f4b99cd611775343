import {describe, expect, it} from 'vitest';
import {wantedSources} from '../../../../src/lib/peers/chain/slashing-filters.ts';

const ANY = '0x00000000000000000000000000000000000000A1';
const NONE = {
  registry: null,
  serviceManager: null,
  delegationManager: null,
  avsDirectory: null,
  allocationManager: null,
  strategyManager: null,
  rewardsCoordinator: null,
  challengeManager: null,
  penaltyLedger: null,
  keyRegistrar: null,
  permissionController: null,
  rangeManager: null,
  slashers: [],
};

const ejection = (registry: string | null) =>
  wantedSources({
    chainId: 1,
    operator: ANY,
    contracts: {...NONE, registry},
    ejector: null,
    blsApkRegistry: null,
    isBeforeSlashing: false,
  }).find(({id}) => id === 'ejection');

describe('the source of ejections', () => {
  it('is missing, not absent, while no registry is known to ask for its ejector', () => {
    expect(ejection(null)?.otherwise).toEqual({
      kind: 'missing',
      reason: 'chain.contracts.registry is not set',
    });
    expect(ejection(ANY)?.otherwise.kind).toBe('absent');
  });
});
