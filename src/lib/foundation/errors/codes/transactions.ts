import {run, say} from '../../next-step/next-step.ts';

/** Transactions and what they need. See CODES in table.ts. */
export const TRANSACTIONS = {
  TX_FEE_TOO_HIGH: {
    exit: 'tryLater',
    category: 'network',
    means: 'Gas costs more than --max-fee allows; nothing was sent.',
    next: say('Wait for cheaper gas, or raise the bound: --max-fee GWEI'),
    causes: ['The chain is busy.', '--max-fee is in gwei.'],
  },
  TX_TIP_TOO_HIGH: {
    exit: 'refused',
    category: 'safety',
    means: 'The tip that the RPC advises or asks for is above --max-tip; nothing was sent.',
    next: say('Use another RPC in chain.chain_rpc_url, or decide it: --tip GWEI, or --max-tip GWEI'),
    causes: [
      'The RPC advises a tip that goes to the one who runs it, or to a block builder that it knows.',
      'Blocks are contested for some minutes: compare with the tip that another RPC advises.',
    ],
  },
  TX_COST_TOO_HIGH: {
    exit: 'refused',
    category: 'safety',
    means:
      'The transaction could cost more than the bound on its gas or on the whole cost; nothing was sent.',
    next: say('Wait for cheaper gas, or raise the bound: --max-cost ETH'),
    causes: [
      'The RPC estimates more gas than such a call needs: compare with another RPC.',
      'Gas is expensive right now. The bound is for all transactions of the command together.',
    ],
  },
  TX_CHANGED: {
    exit: 'tryLater',
    category: 'safety',
    means: 'The transaction needs much more than was shown when it was agreed to; nothing was sent.',
    next: say('Run the command again: it shows what it needs now.'),
    causes: [
      'Others changed the state of the contract meanwhile.',
      'The RPC does not give the same estimate twice.',
    ],
  },
  TX_REFUSED: {
    exit: 'refused',
    category: 'safety',
    means: 'The chain RPC refuses the signed transaction for a reason that the same command meets again.',
    next: say('Use another RPC in chain.chain_rpc_url.'),
    causes: [
      'The tip is below the minimum of its pool, and it does not name that.',
      'The node is for another chain, or does not take EIP-1559 transactions.',
    ],
  },
  NOT_PINNED: {
    exit: 'refused',
    category: 'safety',
    means:
      'What is to be signed counts on a chain or at a contract that the RPC alone names, and --yes agrees only to what the configuration names; nothing was signed.',
    next: run('config show', [], 'Set the keys named above, or network, once you know that they are right'),
    causes: [
      'The file names no network, and leaves out the chain id or a contract of EigenLayer.',
      'An RPC that lies could have another AVS, or another chain, signed for.',
    ],
  },
  TX_INSUFFICIENT_FUNDS: {
    exit: 'refused',
    category: 'safety',
    means: 'The account cannot pay for the transaction; nothing was sent.',
    next: say('Send ETH to node_id and run the command again.'),
    causes: ['node_id itself pays, not the account with the stake.'],
  },
  TX_NOT_TAKEN: {
    exit: 'tryLater',
    category: 'network',
    means: 'The chain RPC did not take the signed transaction.',
    next: say(
      'Wait a minute and run the command again: it makes a new one with the same nonce, so never both are mined.',
    ),
    causes: ['The RPC was busy or went away between two requests.', 'Its transaction pool is full.'],
  },
  TX_STUCK: {
    exit: 'tryLater',
    category: 'network',
    means: 'An earlier transaction of this account is blocking it.',
    next: run('tx list'),
    causes: [
      'A transaction with a lower nonce was sent with too low a fee: aos tx speed-up.',
      'Another program uses node_id.',
    ],
  },
  TX_LOCKED: {
    exit: 'tryLater',
    category: 'safety',
    means: 'Another command is sending a transaction for this node at this moment.',
    next: say('Run the command again when the other one has ended.'),
    causes: ['aos register or aos tx runs in another terminal.'],
  },
  TX_REVERTED: {
    exit: 'refused',
    category: 'safety',
    means:
      'The transaction was mined, but its call failed: the chain changed after it was simulated, or the gas was not enough.',
    next: say('Run the command again: it reads the chain again.'),
    causes: [
      'Another transaction was faster: a quorum filled up, a pause was set.',
      'It ran out of gas, as its message then says: the call cost more than the estimate and its headroom.',
    ],
  },
  TX_REPLACED: {
    exit: 'refused',
    category: 'safety',
    means: 'Another transaction of the same account took its place; node_id is in use elsewhere.',
    next: say('See what node_id sent, then run the command again.'),
    causes: ['Another machine or wallet has the same key.'],
  },
  TX_CANCELLED: {
    exit: 'refused',
    category: 'safety',
    means: 'The transaction was cancelled by aos tx cancel.',
    next: say('Run the command again to send a new one.'),
    causes: ['aos tx cancel was run meanwhile.'],
  },
  OPEN_WORK: {
    exit: 'refused',
    category: 'safety',
    means: 'Jobs of this operator are still open; leaving now leaves them unanswered.',
    next: run('drain', ['--wait'], 'Let the operator finish them, or leave all the same with --force'),
    causes: ['Jobs wait for a signer, worker or dispatcher that is away: aos status.'],
  },
  TX_UNKNOWN: {
    exit: 'usage',
    category: 'usage',
    means: 'There is no such transaction.',
    next: run('tx list'),
    causes: [
      'The hash is of another node or network.',
      'The transaction was not sent by aos on this machine.',
    ],
  },
  TX_CLOSED: {
    exit: 'usage',
    category: 'usage',
    means: 'The transaction is decided already; nothing was sent.',
    next: run('tx list'),
    causes: ['It was mined, or another with its nonce was.'],
  },
  GAS_LOW: {
    exit: null,
    category: null,
    means: 'The ETH of node_id pays for fewer than ten registrations: soon it cannot send a transaction.',
    next: say('Send ETH to node_id.'),
    causes: ['Gas is expensive right now, or the balance is used up.'],
  },
  NO_WAY_BACK: {
    exit: null,
    category: null,
    means:
      'The service manager never lets this address back in after it has left, or does not say that it would.',
    next: say('Register with another address, if at all.'),
    causes: ['The AOS service manager as published keeps everyone who ever was on its list.'],
  },
  COOL_DOWN: {
    exit: null,
    category: null,
    means:
      'An operator set that is left can still slash what is allocated to it, and does not take the operator back, for a number of blocks.',
    next: run('register', ['--check'], 'Nothing has to be done. When it may come back'),
    causes: [
      'It is DEALLOCATION_DELAY of EigenLayer’s AllocationManager: 100800 blocks, 14 days, on mainnet.',
    ],
  },
  OPEN_CHALLENGES: {
    exit: null,
    category: null,
    means:
      'Challenges are open while the operator leaves. They name no operator, and only the aggregator can answer them.',
    next: run('challenge list', ['--open']),
    causes: [
      'Anyone may open a challenge, for nothing; so one is often open, and it need not be about this operator.',
    ],
  },
  METADATA_NOT_SHOWN: {
    exit: null,
    category: null,
    means:
      'The file at the metadata URL breaks a rule of EigenLayer, whose web application does not show such an operator.',
    next: say('Correct the file at its URL; nothing else depends on it.'),
    causes: [
      'The file or its logo is not public, is larger than 1 MiB, takes longer than 3 s, or is behind a redirect.',
      'name or description is missing, has more than 500 bytes, or a character that EigenLayer does not take.',
      'The logo is no PNG image whose URL ends in .png. On mainnet both have to be on raw.githubusercontent.com.',
    ],
  },
} as const;
