import type {OperatorEventBody} from '../../src/lib/node/events/events.ts';
import {emptyView, reduceView, type OperatorView} from '../../src/lib/node/events/view.ts';
import {type JournalFacts, type Rules, type StatusFacts} from '../../src/lib/features/status/facts.ts';
import {eventLog, jobRef, STARTED} from './event-log.ts';
import type {RegistrationStatus} from '../../src/lib/peers/chain/flows/registration-types.ts';
import {known} from '../../src/lib/foundation/fact.ts';
import type {ChainFacts} from '../../src/lib/peers/chain/status/operator-facts.ts';
import type {ChallengeFacts} from '../../src/lib/peers/chain/challenge-facts.ts';

export const NOW = Date.UTC(2026, 0, 2);
export const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const WHOLE = 10n ** 18n;

export const RULES: Rules = {
  source: 'configuration',
  probeIntervalMs: 10_000,
  offlineGraceMs: 3_600_000,
  penaltyWei: 10n ** 17n,
  networkStart: null,
  sortPrecision: 6,
  outerUrl: 'http://203.0.113.7:21001',
  socket: 'http://203.0.113.7:21001',
};

/** Three challenges, of which the last was never answered and is over. */
export const challengeFacts = (changes: Partial<ChallengeFacts> = {}): ChallengeFacts => ({
  total: 3,
  windowBlocks: 30n,
  open: [],
  unanswered: 1,
  unansweredIndices: [2],
  windowKnown: true,
  ...changes,
});

export function stakeOf(changes: Partial<RegistrationStatus> = {}): RegistrationStatus {
  const strategy = '0x1111111111111111111111111111111111111111';
  return {
    state: 'registered',
    operatorId: `0x${'ab'.repeat(32)}`,
    socket: {state: 'known', value: 'http://203.0.113.7:21001'},
    quorums: [
      {
        number: 0,
        member: true,
        weight: 132n * WHOLE,
        recorded: 132n * WHOLE,
        total: 1320n * WHOLE,
        minimum: WHOLE,
        operators: 10,
        maxOperators: 10_000,
        strategies: [{strategy, multiplier: WHOLE}],
      },
    ],
    strategies: [
      {
        strategy,
        token: '0x2222222222222222222222222222222222222222',
        symbol: 'stETH',
        decimals: 18,
        shares: 32n * WHOLE,
        amount: 33n * WHOLE,
        maxMagnitude: WHOLE,
        encumberedMagnitude: 0n,
      },
    ],
    ...changes,
  };
}

/** A chain on which all is well, read just now. */
export function chainFacts(changes: Partial<ChainFacts> = {}): ChainFacts {
  return {
    endpoint: 'rpc.example.org',
    chainId: 1,
    block: 24_000_000n,
    blockAt: NOW - 5_000,
    balanceWei: WHOLE,
    gasPriceWei: 10n ** 9n,
    isOperator: known(true, NOW),
    avs: known({flow: 'bls', stake: stakeOf()}, NOW),
    range: known({start: 0n, end: 60_000n, max: 600_000n, contract: NODE}, NOW),
    challenges: known(challengeFacts(), NOW),
    penalties: known(
      {ledger: NODE, penaltyWei: 10n ** 17n, moratoriumUntil: 1_800_000_000n, looked: 2, total: 2n, mine: []},
      NOW,
    ),
    allocations: known([], NOW),
    rewards: known({claimer: null, claimed: []}, NOW),
    ...changes,
  };
}

/** The view after these events, the last of them `beforeMs` before {@link NOW}. */
export function viewOf(bodies: readonly OperatorEventBody[], beforeMs = 1_000): OperatorView {
  const event = eventLog(NOW - beforeMs - bodies.length * 1_000);
  return bodies.map(event).reduce(reduceView, emptyView);
}

export const EARNING: readonly OperatorEventBody[] = [
  STARTED,
  {type: 'connecting', url: 'ws://dispatcher/ws'},
  {type: 'connected', url: 'ws://dispatcher/ws'},
  {type: 'range', start: '0', end: '60000', max: '600000', block: '1', source: 'chain'},
  {type: 'job_received', job: jobRef(1), signer: null},
  {type: 'result_accepted', job: jobRef(1), ms: 10, outcome: 'answered'},
  {type: 'probe_answered', via: 'http'},
];

export const journalFacts = (changes: Partial<JournalFacts> = {}): JournalFacts => ({
  pending: 0,
  accepted: 12,
  lastReceivedAt: NOW - 60_000,
  lastAcceptedAt: NOW - 59_000,
  missing: [],
  oldestOpenAt: null,
  refused: 0,
  newestSigner: null,
  spans: [{kind: 'probed', start: NOW - 86_400_000, end: NOW - 8_000, count: 8_640}],
  ...changes,
});

/** Everything known, everything well. */
export function statusFacts(changes: Partial<StatusFacts> = {}): StatusFacts {
  return {
    now: NOW,
    nodeId: NODE,
    network: 'mainnet',
    rules: RULES,
    vrfPublicKey: 'cd'.repeat(32),
    signer: known({state: 'ok', host: '127.0.0.1:9000', accounts: 1, signMs: 4}, NOW),
    chain: known(chainFacts(), NOW),
    journal: known(journalFacts(), NOW),
    operator: known({pid: 7, host: 'here', version: '0.1.0', view: viewOf(EARNING)}, NOW),
    row: known({id: NODE, address: NODE, range: {start: 0n, end: 60_000n}, status: ''}, NOW),
    ...changes,
  };
}
