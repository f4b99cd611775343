import {say} from '../../next-step/next-step.ts';

/** What can happen to any command: its command line, its output, a signal. See CODES in table.ts. */
export const GENERAL = {
  BUG: {
    exit: 'bug',
    category: 'bug',
    means: 'Something happened that the toolkit did not foresee.',
    next: say('Report this with the output of the same command and --json.'),
    causes: [
      'A case that the code does not foresee. AOS_DEBUG=1 prints where.',
      'A damaged installation: install aos again.',
    ],
  },
  USAGE: {
    exit: 'usage',
    category: 'usage',
    means: 'The command does not take this command line.',
    next: say('See what the command takes.'),
    causes: [
      'A flag is missing, mistyped or has a value it does not take; the message names it.',
      'Without a terminal, with --no-input, --json or in CI nothing is asked: every question has a flag.',
    ],
  },
  INPUT_UNREADABLE: {
    exit: 'io',
    category: 'filesystem',
    means: 'A file that a command was to look at could not be read.',
    next: say('Correct the path, or its permissions.'),
    causes: [
      'The path is wrong, or names a directory.',
      'This user may not read the file.',
      'It is larger than what the command reads.',
    ],
  },
  OUTPUT_WRITE_FAILED: {
    exit: 'io',
    category: 'filesystem',
    means: 'Standard output cannot be written to.',
    next: say('Free disk space, or send the output elsewhere.'),
    causes: [
      'The disk behind a redirection is full: df -h.',
      'The device or pipe does not take what is written.',
    ],
  },
  OUT_EXISTS: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'There is something at that path already; a file is never overwritten by accident.',
    next: say('Name another file, or add --force to replace it.'),
    causes: ['A run before wrote it.', 'Another file happens to have that name.'],
  },
  OUT_WRITE_FAILED: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The file could not be written; nothing is left of it.',
    next: say('Check the directory and the free space.'),
    causes: ['The directory does not exist or is not yours: ls -ld.', 'The disk is full: df -h.'],
  },
  COMMAND_TIMEOUT: {
    exit: 'tryLater',
    category: 'network',
    means: 'The command was not done within its --timeout.',
    next: say('Run it again, with a longer --timeout if need be.'),
    causes: [
      'What it waited for is slow or does not answer; the message names it.',
      'A command that reads much, or waits for a transaction, needs longer: a transaction that was sent stays sent.',
    ],
  },
  INTERRUPTED: {
    exit: 'sigint',
    category: 'signal',
    means: 'The command was interrupted.',
    next: say('Run it again.'),
    causes: ['Ctrl-C, or SIGINT from a script.'],
  },
  TERMINATED: {
    exit: 'sigterm',
    category: 'signal',
    means: 'The command was asked to end.',
    next: say('Run it again.'),
    causes: ['systemctl stop, kill, or a shutdown of the machine.'],
  },
} as const;
