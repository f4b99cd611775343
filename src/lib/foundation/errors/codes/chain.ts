import {run, say} from '../../next-step/next-step.ts';

/** The chain RPC and the contracts. See CODES in table.ts. */
export const CHAIN = {
  CHAIN_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'No chain RPC answered.',
    next: say('Check chain.chain_rpc_url, or add more in chain.rpc_urls.'),
    causes: [
      'The RPC is down, or has cut off this address or key: try curl.',
      'A firewall lets nothing out; a proxy is needed.',
      'All of chain.rpc_urls are with one provider.',
    ],
  },
  CHAIN_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The chain RPC answers, but refuses what was asked for.',
    next: say('Check the key and the plan of chain.chain_rpc_url, or add another RPC in chain.rpc_urls.'),
    causes: [
      'The key in the URL is wrong, or its app is paused; the quota of the plan is used up.',
      'The plan has no such method, or no blocks that old.',
      'The URL redirects, e.g. from http to https.',
    ],
  },
  CHAIN_BUSY: {
    exit: 'tryLater',
    category: 'network',
    means: 'The chain RPC answers, but allows no more requests for now.',
    next: say(
      'Run the command again in a minute. A larger plan, or another RPC in chain.rpc_urls, helps for good.',
    ),
    causes: [
      'A free plan allows few requests a second, and other programs use the same key.',
      'aos asked again with growing pauses for more than ten seconds, or the provider asks for a longer one.',
    ],
  },
  CHAIN_BEHIND: {
    exit: 'tryLater',
    category: 'network',
    means:
      'The nodes behind the chain RPC are not in step: one names a block that another one does not have yet.',
    next: say('Run the command again in a minute, or use another RPC: set chain.chain_rpc_url.'),
    causes: ['The provider spreads requests over nodes, and one of them is blocks behind or still syncing.'],
  },
  CHAIN_WRONG_ID: {
    exit: 'refused',
    category: 'safety',
    means: 'The RPC serves another chain than the network.',
    next: say('Check chain.chain_rpc_url and network.'),
    causes: ['chain.chain_rpc_url is of a test network, or network is.'],
  },
  CHAIN_NO_CODE: {
    exit: 'refused',
    category: 'safety',
    means: 'There is no contract at the configured address.',
    next: say('Check chain.vrf_range_contract and that the RPC serves the right chain.'),
    causes: ['The address is of another network.', 'The RPC serves another chain, or is still syncing.'],
  },
  CHAIN_BAD_ANSWER: {
    exit: 'refused',
    category: 'safety',
    means: 'The RPC gave an answer that makes no sense.',
    next: say('Check chain.chain_rpc_url, or use another RPC.'),
    causes: [
      'The RPC is behind, or balances over nodes that are not at the same block.',
      'The address is a contract of another kind.',
    ],
  },
  CHAIN_MISMATCH: {
    exit: 'refused',
    category: 'safety',
    means: 'The contracts name other contracts than the configuration does.',
    next: say('Check chain.contracts and that the RPC serves the right chain.'),
    causes: ['One address in chain.contracts is of another deployment.'],
  },
  CHAIN_REVERTED: {
    exit: 'refused',
    category: 'safety',
    means: 'The contract refuses this call; a transaction of it would fail.',
    next: run('register', ['--check']),
    causes: [
      'A precondition is not met: stake, quorum, cool-down, pause; aos register --check lists each.',
      'The message has the contract’s own reason, decoded where it is known.',
    ],
  },
  CHAIN_FLOW_UNKNOWN: {
    exit: 'usage',
    category: 'usage',
    means: 'The registry is of a kind that the toolkit does not know.',
    next: say('Check chain.contracts.registry, or name the kind with --flow.'),
    causes: ['chain.contracts.registry is no stake registry, or of a generation that is not known yet.'],
  },
  CHAIN_DOMAIN_UNKNOWN: {
    exit: 'refused',
    category: 'safety',
    means: 'AVSDirectory computes another digest than the toolkit; nothing was signed.',
    next: say('Check chain.contracts.avs_directory and that the RPC serves the right chain.'),
    causes: ['chain.contracts.avs_directory is of another network.', 'The contract was upgraded.'],
  },
  EVENT_UNREADABLE: {
    exit: null,
    category: null,
    means: 'A contract has logged an event that aos cannot decode; everything else is shown.',
    next: say('Update aos, and look the transaction up in an explorer.'),
    causes: ['The contract was upgraded, or is of a version that this aos does not know.'],
  },
  LOGS_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The RPC will not give the logs that were asked for, in no range.',
    next: say('Give another RPC by --rpc-url or ETH_RPC_URL.'),
    causes: ['The plan of the provider has no eth_getLogs, or none without an address.'],
  },
  SCAN_TOO_LARGE: {
    exit: 'usage',
    category: 'usage',
    means: 'Reading the history would take more requests than allowed; it was not read.',
    next: say('Read fewer blocks, use an RPC with a larger range, or raise --max-requests.'),
    causes: ['The provider gives few blocks a request; the message has the number.'],
  },
} as const;
