import {run, say} from '../../next-step/next-step.ts';

/** The running operator: its control socket, its dashboard, its state. See CODES in table.ts. */
export const OPERATOR = {
  CONTROL_ABSENT: {
    exit: 'unavailable',
    category: 'network',
    means: 'No operator runs for this node on this machine.',
    next: run('run', [], 'Start it'),
    causes: [
      'aos run is not running: no process holds the journal.',
      'It runs for another node_id or network, or with another store.dir: name its configuration with -c FILE.',
    ],
  },
  CONTROL_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'An operator runs, or may run, and cannot be asked from here: what it does is not known.',
    next: say(
      'Ask as the user of the operator, and where it runs: in its container, or in its mount namespace.',
    ),
    causes: [
      'It runs as another user: sudo -u USER aos status.',
      'It runs in a container, or as a service with a /tmp of its own, and the path of store.dir is too long for a socket.',
      'It is busy, and did not answer in time.',
    ],
  },
  CONTROL_UNTRUSTED: {
    exit: 'refused',
    category: 'safety',
    means: 'Another user could answer in the name of the operator, so what is there is not asked.',
    next: say('Look who made it (ls -ld), remove it, and start the operator again.'),
    causes: [
      'Another user of this machine made the directory below /tmp first.',
      'The directory can be written by its group or by others: chmod 700.',
      'It is a symbolic link.',
    ],
  },
  OPERATOR_HANGS: {
    exit: 'unavailable',
    category: 'safety',
    means:
      'The operator holds its journal and does nothing: no job is answered, and no other operator can start.',
    next: say('End its process, then start it again; what is journalled is not lost.'),
    causes: [
      'The disk or the network file system of the journal does not answer: dmesg.',
      'The process was stopped: kill -CONT PID.',
      'A bug: report the log and the output of the same command with --json.',
    ],
  },
  NODE_LOCKED: {
    exit: 'refused',
    category: 'safety',
    means: 'An operator works for this node_id already; two would answer every job twice, which costs stake.',
    next: say('Stop the other one first; to find it: pgrep -af "(aos|run.cjs) run|operator-runer"'),
    causes: [
      'A service runs it and it was started by hand too: systemctl status aos.',
      'Two configurations, data directories or users’ settings name the same node_id on the same chain.',
      'Without chain.chain_id, or a network that has one, a node_id can be used on one chain at a time.',
    ],
  },
  NODE_STOPPING: {
    exit: 'tryLater',
    category: 'safety',
    means: 'The former operator of this node_id stops, and finishes its jobs; a start waits for its end.',
    next: say('Nothing to do while it waits; start it again when the former process has ended.'),
    causes: [
      'It was restarted while jobs are in progress: shutdown_grace is how long they may take.',
      'The former process hangs: a second SIGTERM ends it at once.',
    ],
  },
  NODE_DRAINED: {
    exit: 'tryLater',
    category: 'safety',
    means:
      'The node is away from the dispatcher, as it was asked to be: it answers /ping, takes no job and earns nothing.',
    next: run('drain', ['--end'], 'When the work on the machine is over'),
    causes: [
      'aos drain was typed, before planned work; a drain ends with the process, too.',
      'The planned work is over and the drain was forgotten.',
    ],
  },
  OPERATOR_STAYS: {
    exit: 'tryLater',
    category: 'safety',
    means:
      'The operator was asked to end and is still there; nothing is lost, and a start waits for its end.',
    next: run('status', [], 'Look again in a minute'),
    causes: [
      'It finishes the jobs in progress: shutdown_grace is how long they may take.',
      'It hangs: aos status says so, and which process to end.',
    ],
  },
  DRAIN_UNFINISHED: {
    exit: 'tryLater',
    category: 'safety',
    means: 'The node is drained, and jobs that it took before are not finished yet; it continues with them.',
    next: run('drain', ['--wait'], 'Wait on'),
    causes: [
      'A worker is slow, or down: aos doctor --only workers.',
      'The dispatcher does not accept the results: aos job list --state signed.',
    ],
  },
  RESTART_UNCONFIRMED: {
    exit: 'tryLater',
    category: 'safety',
    means: 'The new process was not seen to be connected, and probed by the network, in time.',
    next: run('status', [], 'See what it waits for'),
    causes: [
      'The new process refuses its configuration, or could not start: journalctl -u UNIT, or its terminal.',
      'The dispatcher does not answer.',
      'The network does not reach net.outer_url: aos doctor --only ping.',
    ],
  },
  RESTART_BY_HAND: {
    exit: 'unavailable',
    category: 'usage',
    means: 'No service manager runs this operator, so nothing here can start it again.',
    next: run('stop', [], 'Stop it, then start it again where it ran'),
    causes: ['It was started by hand, in a terminal or in a container.'],
  },
  LOG_MISSING: {
    exit: 'negative',
    category: 'filesystem',
    means: 'The operator has written no log file: its lines go to stderr unless a dashboard hides that.',
    next: say('Look where its stderr goes: journalctl -e -u UNIT, or the log of its container.'),
    causes: ['It runs as a service, or with --headless.', 'It has never run with this state directory.'],
  },
  LOG_UNREADABLE: {
    exit: 'io',
    category: 'filesystem',
    means: 'The log file cannot be read.',
    next: say('Ask as the user of the operator: sudo -u USER.'),
    causes: ['It belongs to another user: ls -l.'],
  },
  NODE_LOCK_UNAVAILABLE: {
    exit: null,
    category: null,
    means: 'A second operator of this node_id is not kept out; this one works.',
    next: say('Give this user a home directory, or a /tmp or /dev/shm that it can write to.'),
    causes: [
      'The service has a read-only file system without /tmp and /dev/shm.',
      'All of these directories are on a file system without locks.',
    ],
  },
  CONTROL_AMBIGUOUS: {
    exit: 'usage',
    category: 'usage',
    means: 'Several operators run on this machine.',
    next: say('Say which one by its configuration: -c FILE'),
    causes: ['Several operators on one machine are fine; a command has to know which one.'],
  },
  CONTROL_VERSION: {
    exit: 'protocol',
    category: 'network',
    means: 'The running operator has another version of aos.',
    next: say('Restart the operator with this version of the program.'),
    causes: ['aos was updated while the operator runs.'],
  },
  CONTROL_BROKEN: {
    exit: 'protocol',
    category: 'network',
    means: 'The control socket does not speak as aos does.',
    next: run('run', [], 'Stop the operator, then start it again'),
    causes: ['Another program listens at that path.', 'The operator hangs.'],
  },
  CONTROL_UNAVAILABLE: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The control socket could not be made; the operator works without it.',
    next: say('Set AOS_HOME or XDG_RUNTIME_DIR to a directory you own.'),
    causes: [
      'The directory for sockets belongs to another user.',
      'The path is too long for a socket (108 bytes): set AOS_HOME to a shorter one.',
    ],
  },
  STARTING: {
    exit: null,
    category: null,
    means: 'The operator has just started and does not take jobs yet (/readyz).',
    next: say('Wait a few seconds.'),
    causes: ['It loads its keys, its journal, and what the chain says of it.'],
  },
  STOPPING: {
    exit: null,
    category: null,
    means: 'The operator was asked to stop: it finishes what is in progress and takes no new jobs (/readyz).',
    next: say('Wait until it has ended.'),
    causes: ['aos stop, aos drain, aos restart, Ctrl-C or SIGTERM.'],
  },
  RANGE_UNKNOWN: {
    exit: null,
    category: null,
    means:
      'The operator has not read its sampling range from the chain yet, so it cannot judge jobs (/readyz).',
    next: run('doctor', ['--only', 'chain'], 'Wait a few seconds, and look at the chain if it lasts'),
    causes: ['The operator has just started.', 'The RPC is slow or does not answer.'],
  },
  METRICS_UNAVAILABLE: {
    exit: null,
    category: null,
    means: 'The metrics port could not be opened; the operator works without it, and tries again every 30 s.',
    next: say('Set net.metrics_url to a free port, or off; it holds after the next restart.'),
    causes: [
      'Another operator, or another program, has the port: ss -ltnp',
      'The address in net.metrics_url is not one of this machine.',
    ],
  },
  REPLAY_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The file is not a recorded stream of events.',
    next: run('run', ['--json'], 'Record one: put into a file what this command prints'),
    causes: ['The file is no NDJSON of aos run --json.', 'The recording was cut off at its beginning.'],
  },
  STATUS_NOTHING_READ: {
    exit: 'unavailable',
    category: 'network',
    means: 'None of the sources could be read, so nothing is known.',
    next: say('Check the chain RPC and the configuration, then run the command again.'),
    causes: [
      'No network at all: the machine is offline.',
      'Without a configuration only the chain can be asked: give --rpc-url.',
    ],
  },
  CONTROL_BUSY: {
    exit: null,
    category: null,
    means:
      'The running operator has 32 readers on its control socket; for newer ones it closes those that are idle the longest.',
    next: say('Close another dashboard or status that is watched.'),
    causes: ['A program opens the socket again and again, or keeps it open without reading.'],
  },
  CONTROL_REQUEST: {
    exit: null,
    category: null,
    means: 'A request on the control socket is none that the operator knows.',
    next: say('Use the version that the operator was started with.'),
    causes: ['A program of another version asks.'],
  },
  DASHBOARD_ENDED: {
    exit: null,
    category: null,
    means: 'The dashboard of aos run ended by itself; the operator works on.',
    next: run('dash', [], 'Show it again'),
    causes: [
      'A bug of the dashboard: report what was on the screen.',
      'Its process was ended from outside, or the machine ran out of memory: dmesg.',
    ],
  },
  TERMINAL_GONE: {
    exit: null,
    category: null,
    means: 'The terminal that showed the dashboard is gone; the operator works on.',
    next: run('dash', [], 'Show it again'),
    causes: [
      'The window was closed, or the SSH session ended.',
      'To keep a terminal: tmux or screen; for good: a service.',
    ],
  },
} as const;
