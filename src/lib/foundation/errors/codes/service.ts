import {run, say} from '../../next-step/next-step.ts';

/** The systemd unit of an operator. See CODES in table.ts. */
export const SERVICE = {
  SERVICE_ROOT_NEEDED: {
    exit: 'refused',
    category: 'safety',
    means: 'Only root may write or remove a unit of the system.',
    next: say('Run it by sudo, or with --scope user for a service of your own.'),
    causes: ['It was run without sudo.'],
  },
  SERVICE_ACCOUNT_UNKNOWN: {
    exit: 'config',
    category: 'config',
    means: 'The service is to run as a user that this machine does not have.',
    next: say('Make it, or name another with --run-as.'),
    causes: ['The user was not made yet.', 'The name is mistyped: getent passwd NAME.'],
  },
  SERVICE_PATH_UNFIT: {
    exit: 'refused',
    category: 'safety',
    means: 'A service could not use this file or directory; nothing was written.',
    next: say('Move it, then install the service again.'),
    causes: [
      'A system service has a /tmp of its own, and sees no home directory but its own.',
      'Its user may not read the file, or a directory on the way to it.',
      'aos was started by npx, from a folder that npm removes.',
    ],
  },
  SERVICE_UNIT_FOREIGN: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'There is a unit of that name that aos did not write; it was left as it is.',
    next: say('Name another unit with --name, or add --force.'),
    causes: ['The unit was written by hand or by another program.', 'It was edited: its first line is gone.'],
  },
  SERVICE_UNIT_ABSENT: {
    exit: 'negative',
    category: 'filesystem',
    means: 'There is no such unit.',
    next: run('service status'),
    causes: ['It was never installed, or under another --name or --scope.'],
  },
  SERVICE_ACTIVE: {
    exit: 'refused',
    category: 'safety',
    means: 'The service runs; its unit is not removed under it.',
    next: say('Stop it first.'),
    causes: ['The operator runs as this service. While it is stopped the network counts it as offline.'],
  },
} as const;
