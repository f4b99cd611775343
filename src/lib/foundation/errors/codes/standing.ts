import {run} from '../../next-step/next-step.ts';

/** What happens to an operator on chain and costs it something. See CODES in table.ts. */
export const STANDING = {
  CHALLENGE_OPEN: {
    exit: null,
    category: null,
    means: 'Someone doubts an attestation of the AVS; its aggregator has a number of blocks to answer.',
    next: run('challenge list', ['--open']),
    causes: [
      'Anyone may open a challenge, at any time; it names no operator.',
      'The aggregator answers it, not this node: it needs the evidence that the operators keep.',
    ],
  },
  CHALLENGE_UNANSWERED: {
    exit: null,
    category: null,
    means: 'A challenge was not answered before its window ended, for which the AVS may slash.',
    next: run('challenge list'),
    causes: ['The aggregator of the AVS was away.', 'Ask the AOS team what follows from it.'],
  },
  STAKE_SLASHED: {
    exit: null,
    category: null,
    means: 'A part of the stake of this operator is gone for good.',
    next: run('slashing-history'),
    causes: [
      'The AVS slashed this operator: aos slashing-history shows when, by how much and why.',
      'Another AVS to which the same stake is allocated slashed it.',
    ],
  },
  PENALTY_RECORDED: {
    exit: null,
    category: null,
    means: 'The penalty ledger of the network has a penalty of this operator.',
    next: run('slashing-history'),
    causes: [
      'It was offline for longer than the allowance: aos status shows the outages.',
      'An answer of it did not match those of others, or a proof did not verify.',
    ],
  },
  OPERATOR_REMOVED: {
    exit: null,
    category: null,
    means: 'This operator is not registered any more as it was: no jobs come for what it has left.',
    next: run('register', ['--check']),
    causes: [
      'The ejector of the AVS removed it: aos slashing-history shows by whom.',
      'Its stake fell under the minimum, and the registry was updated.',
      'It left by aos deregister, on this machine or on another.',
    ],
  },
  STAKE_LOW: {
    exit: null,
    category: null,
    means:
      'The stake does not count as it should: it is under the minimum of a quorum, or not recorded, or not allocated.',
    next: run('status'),
    causes: [
      'Stakers withdrew, or it was slashed.',
      'The AVS raised the minimum.',
      'The registry has not recorded a deposit yet: updateOperators on it does.',
    ],
  },
  SOCKET_DIFFERS: {
    exit: null,
    category: null,
    means: 'The registry says that this node is reached elsewhere than the configuration says.',
    next: run('register', [], 'Send the new one'),
    causes: [
      'The node has moved: net.outer_url or chain.socket was changed after it was registered.',
      'It was registered with --socket.',
    ],
  },
  RANGE_CHANGED: {
    exit: null,
    category: null,
    means:
      'The owner of the range contract gave this operator another sampling range, so its share of the jobs changed.',
    next: run('status'),
    causes: [
      'The ranges of all operators were set anew, as operators come and go.',
      'Ask the AOS team if it is empty.',
    ],
  },
} as const;
