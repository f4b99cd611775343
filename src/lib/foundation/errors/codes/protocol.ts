import {say} from '../../next-step/next-step.ts';

/** Frames, messages and clocks of the network. See CODES in table.ts. */
export const PROTOCOL = {
  FRAME_TOO_LARGE: {
    exit: 'protocol',
    category: 'data',
    means: 'The frame is larger than 64 MiB, or than 1 MiB without its jobs.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: [
      'The dispatcher sends something that is no job.',
      'net.dispatcher_url leads to another service.',
    ],
  },
  FRAME_NOT_UTF8: {
    exit: 'protocol',
    category: 'data',
    means: 'The frame is not valid UTF-8.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender is broken, or something on the way changes bytes.'],
  },
  FRAME_NOT_JSON: {
    exit: 'protocol',
    category: 'data',
    means: 'The frame is not JSON.',
    next: say('Check that net.dispatcher_url is a dispatcher.'),
    causes: ['net.dispatcher_url leads to another WebSocket service.'],
  },
  FRAME_TOO_DEEP: {
    exit: 'protocol',
    category: 'data',
    means: 'The JSON is nested deeper than 128 levels.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender is broken, or means harm.'],
  },
  FRAME_TOO_MANY_NODES: {
    exit: 'protocol',
    category: 'data',
    means: 'The JSON has more than 1,000,000 values.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender is broken, or means harm.'],
  },
  FRAME_DUPLICATE_KEY: {
    exit: 'protocol',
    category: 'data',
    means: 'The JSON has the same key twice in one object.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender is broken, or means to be read in two ways.'],
  },
  FRAME_LONE_SURROGATE: {
    exit: 'protocol',
    category: 'data',
    means: 'A string in the JSON holds half a UTF-16 pair.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender cut a prompt in the middle of a character.'],
  },
  ENVELOPE_INVALID: {
    exit: 'protocol',
    category: 'data',
    means: 'The frame is JSON but not an AOS envelope.',
    next: say('Check that net.dispatcher_url is a dispatcher.'),
    causes: [
      'net.dispatcher_url leads to another service that speaks JSON.',
      'The dispatcher has another version of the protocol.',
    ],
  },
  MESSAGE_INVALID: {
    exit: 'protocol',
    category: 'data',
    means: 'The message does not have the fields the protocol gives it.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The dispatcher has another version of the protocol.'],
  },
  CLOCK_OVERFLOW: {
    exit: 'data',
    category: 'data',
    means: 'A logical clock counter is at its end (2^32-1) and cannot advance.',
    next: say('Ask the network for a new clock id and set node.clock_id.'),
    causes: ['2^32 ticks: or a peer sent a counter that no peer could have reached.'],
  },
  CLOCK_WRONG: {
    exit: 'unavailable',
    category: 'config',
    means:
      'The clock of this machine jumped, or differs from the time of the chain. Nothing is deleted or given up by it, but the times that are shown may be wrong.',
    next: say('Set the clock and keep it right: timedatectl set-ntp true; then: timedatectl status'),
    causes: [
      'No time daemon runs, or it corrected a clock that was wrong since the start of the machine.',
      'The machine was asleep or its virtual machine was stopped: it ends with the next blocks of the chain.',
      'The chain RPC is far behind the chain, or its clock is wrong: aos doctor --only chain.',
    ],
  },
  CLOCK_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The logical clock is not a map of decimal strings.',
    next: say('Nothing to do here: the sender broke the protocol.'),
    causes: ['The sender writes numbers where the protocol has strings.'],
  },
} as const;
