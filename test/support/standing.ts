import type {ChainLink} from '../../src/lib/node/events/links.ts';
import type {StandingFigures} from '../../src/lib/node/events/standing.ts';
import type {StandingReading} from '../../src/lib/node/standing/reading.ts';

const WHOLE = (10n ** 18n).toString();
const STRATEGY = '0x1111111111111111111111111111111111111111';

/** The figures of an operator with which all is well. */
export function standingFigures(changes: Partial<StandingFigures> = {}): StandingFigures {
  return {
    endpoint: 'rpc.example.org',
    block: '1000',
    blockAt: 1_000,
    registration: {state: 'registered', flow: 'bls', group: 'quorum'},
    quorums: [{number: 0, member: true, weight: WHOLE, recorded: WHOLE, minimum: '1'}],
    stake: [
      {
        strategy: STRATEGY,
        symbol: 'stETH',
        decimals: 18,
        amount: WHOLE,
        maxMagnitude: WHOLE,
        allocatedMagnitude: '0',
      },
    ],
    allocations: [],
    range: {start: '0', end: '600', max: '600000', share: 0.001},
    challenges: {total: 3, windowBlocks: '100', open: [], unanswered: []},
    penalties: [],
    rewards: {claimer: null, claimed: []},
    gas: {balanceWei: WHOLE, gasPriceWei: '1000000000', registrations: 1_428},
    ...changes,
  };
}

/** A reading of the chain with which all is well. */
export function standingReading(
  changes: Partial<StandingFigures> = {},
  links: readonly ChainLink[] = [],
): StandingReading {
  return {figures: standingFigures(changes), links};
}

/** The stake with this part of it left, in percent. */
export function stakeLeft(percent: bigint): Partial<StandingFigures> {
  const maxMagnitude = ((percent * 10n ** 18n) / 100n).toString();
  return {stake: standingFigures().stake.map((one) => ({...one, maxMagnitude}))};
}
