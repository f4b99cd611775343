import {run, say} from '../../next-step/next-step.ts';

/** What listens on this machine, and the devnet. See CODES in table.ts. */
export const DEVNET = {
  PORT_IN_USE: {
    exit: 'unavailable',
    category: 'network',
    means: 'The port is taken by another program.',
    next: say('Choose another port, or stop the other program.'),
    causes: ['ss -ltnp names the program.', 'An operator that was started before still ends.'],
  },
  LISTEN_FAILED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The system does not let the operator listen at that address.',
    next: say('Correct the address: 0.0.0.0 is every address of this machine.'),
    causes: [
      'The address does not belong to this machine: ip -brief address.',
      'Its interface is not up yet.',
      'A port below 1024 needs a privilege.',
    ],
  },
  ANVIL_MISSING: {
    exit: 'unavailable',
    category: 'filesystem',
    means: 'The development chain needs anvil, which is not installed.',
    next: say('Install Foundry (anvil on PATH), or set AOS_ANVIL to the program.'),
    causes: ['It comes with npm on linux-x64 only; --omit=optional leaves it out.'],
  },
  ANVIL_FAILED: {
    exit: 'unavailable',
    category: 'network',
    means: 'anvil did not start.',
    next: say('Run the anvil program by hand to see why.'),
    causes: ['The port is taken, or the program does not fit this machine.'],
  },
  DEVNET_NOT_RUNNING: {
    exit: 'unavailable',
    category: 'network',
    means: 'No devnet runs on this machine.',
    next: run('devnet up', [], 'Start one'),
    causes: ['aos devnet up ended, or runs with another AOS_HOME.'],
  },
  DEVNET_AMBIGUOUS: {
    exit: 'usage',
    category: 'usage',
    means: 'Several devnets of this user run, and the command did not say which it is for; nothing was done.',
    next: say('Say which, by its process id: --devnet PID.'),
    causes: ['aos devnet up runs in another terminal, or aos run --devnet beside it.'],
  },
  DEVNET_FAILED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The devnet did not start, it ended, or its chain refused a step.',
    next: run('devnet up', [], 'See why'),
    causes: [
      'A port that was given is taken.',
      'It was ended from outside, or the machine ran out of memory: dmesg.',
      'A contract does not allow the step any more: a challenge takes answers for 30 blocks alone.',
    ],
  },
  DEVNET_REFUSED: {
    exit: 'refused',
    category: 'safety',
    means: 'The devnet cannot do that in the state that its chain is in; nothing more was sent.',
    next: run('status', [], 'See the state of the operator'),
    causes: [
      'The operator is not registered, or is in none of the quorums that were named.',
      'aos devnet up was started by another version of aos.',
    ],
  },
  NOT_LOOPBACK: {
    exit: 'refused',
    category: 'safety',
    means: 'The devnet signs for everyone; it listens on loopback only.',
    next: say('Use a 127.0.0.0/8 address.'),
    causes: ['Anyone who can reach the port could sign anything.'],
  },
  STATE_DIR_UNWRITABLE: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The state directory cannot be written.',
    next: say('Set AOS_HOME (or store.dir, if the configuration has it) to a directory you own.'),
    causes: [
      'The directory belongs to another user: ls -ld.',
      'A file with that name exists.',
      'A service with ProtectSystem=strict needs ReadWritePaths= or StateDirectory=.',
    ],
  },
} as const;
