import {run, say} from '../../next-step/next-step.ts';

/** The journal, its jobs, and evidence that is made of them. See CODES in table.ts. */
export const JOURNAL = {
  JOURNAL_LOCKED: {
    exit: 'refused',
    category: 'safety',
    means: 'Another operator is already running for this node; two would answer twice.',
    next: say('Stop the other one first; to find it: pgrep -af "(aos|run.cjs) run|operator-runer"'),
    causes: [
      'A service runs it and it was started by hand too: systemctl status aos.',
      'The state directory is on a file system that several machines share.',
    ],
  },
  JOURNAL_WRITE_FAILED: {
    exit: 'io',
    category: 'filesystem',
    means: 'The journal could not be written; nothing was acknowledged or signed.',
    next: say('Free disk space, or check the permissions of the state directory.'),
    causes: [
      'The disk is full, or has no inodes left: df -h, df -i.',
      'A quota of the user is used up: quota -s.',
      'The file system was made read-only after an error: dmesg.',
    ],
  },
  JOURNAL_UNREADABLE: {
    exit: 'io',
    category: 'filesystem',
    means: 'The journal could not be opened.',
    next: say(
      'Check the state directory; a damaged journal can be moved away, its unanswered jobs are then lost.',
    ),
    causes: [
      'It was made by a newer aos.',
      'It belongs to another user: ls -l.',
      'The disk damaged it: sqlite3 -readonly FILE "PRAGMA quick_check"',
    ],
  },
  JOURNAL_DAMAGED: {
    exit: 'io',
    category: 'filesystem',
    means:
      'The journal has lost something that was committed: to go on would lose jobs, or answer some twice with different content. Nothing was changed.',
    next: say('Put back what is missing, or restore a backup of the state directory.'),
    causes: [
      'A file of the state directory was removed, cut or replaced: journal.db, journal.db-wal and journal.db-mark belong together.',
      'An older copy of the journal was put back.',
      'The disk or the memory changed bytes: dmesg, smartctl -a DEVICE.',
    ],
  },
  RECEIPT_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The file is no receipt that can be checked: nothing in it counts.',
    next: run('job receipt', ['ID'], 'Make it again from the journal'),
    causes: [
      'It was cut, or changed by an editor or a mail program.',
      'It was made by another version of aos.',
      'It is another file.',
    ],
  },
  RECEIPT_UNREADABLE: {
    exit: 'io',
    category: 'filesystem',
    means: 'A kept receipt is in the evidence directory, and could not be read.',
    next: run('doctor', ['--only', 'files.evidence'], 'See what is wrong with the directory'),
    causes: ['The directory or the file belongs to another user.', 'The disk is damaged, or not mounted.'],
  },
  RECEIPT_NONE: {
    exit: 'negative',
    category: 'data',
    means: 'A receipt is of a job whose result was signed, and there is none of this job.',
    next: run('job show', ['ID'], 'See how far the job is'),
    causes: [
      'The job is open: it waits for a worker or for its delivery.',
      'No worker answered it, so nothing was signed.',
      'Its result was too large to be kept after the evidence period.',
    ],
  },
  JOURNAL_MISSING: {
    exit: 'io',
    category: 'filesystem',
    means:
      'There is no journal where it should be: this node has not run here yet, or the configuration is another one’s.',
    next: run('run', [], 'Name the node’s configuration with -c FILE; on a new node start the operator once'),
    causes: [
      'aos run was never started for this node_id on this network.',
      'AOS_HOME or store.dir names another directory than that of the operator.',
    ],
  },
  JOB_UNKNOWN: {
    exit: 'negative',
    category: 'data',
    means:
      'The journal holds no such job; those that are over are kept for store.retention. A receipt that was kept is found by the whole id.',
    next: run('job list'),
    causes: ['The job was older than store.retention and is gone.', 'The id is of another node or network.'],
  },
  JOB_ANSWERED: {
    exit: 'negative',
    category: 'data',
    means: 'The job waits for no worker: it has its answer, or needs none.',
    next: run('job list', ['--state', 'unanswered']),
    causes: [
      'An answer came meanwhile.',
      'The job was not selected: no worker is asked about it.',
      'Its evidence period is over: an answer is of no use to the network any more.',
    ],
  },
  JOB_AMBIGUOUS: {
    exit: 'usage',
    category: 'usage',
    means: 'Several jobs fit.',
    next: say('Give more of the id, or #NUMBER, --tag, --position.'),
    causes: ['A beginning of an id may fit several jobs; one job may have several tags and positions.'],
  },
  JOURNAL_DRIVER: {
    exit: 'unavailable',
    category: 'filesystem',
    means: 'No SQLite driver works on this machine.',
    next: say('Use Node 24, which has SQLite built in.'),
    causes: [
      'The prebuilt SQLite does not fit this libc or CPU.',
      'aos has SQLite for Linux on x64 and arm64; elsewhere Node 24 is needed.',
    ],
  },
  DISK_LOW: {
    exit: 'io',
    category: 'filesystem',
    means:
      'The disk of the journal is nearly full: once it is full, no job is acknowledged, answered or signed.',
    next: say('Free disk space, or make the disk larger; store.retention says how long jobs are kept.'),
    causes: [
      'Logs or other programs fill the disk: du -xh --max-depth=2 / | sort -h | tail',
      'Copies of the journal from before an update, or of a damaged one, are in the state directory: ls -l.',
      'Many small files use up the inodes: df -i.',
    ],
  },
  EVIDENCE_UNWRITABLE: {
    exit: 'io',
    category: 'filesystem',
    means:
      'Receipts of jobs cannot be kept past the evidence period. The journal packs the jobs all the same, and what it packs meanwhile has no receipt.',
    next: say('Correct the owner and the mode of node.evidence_dir (0700), or free disk space.'),
    causes: [
      'The directory belongs to another user, or others can write to it: ls -ld DIR.',
      'The disk is full, or has no inodes left: df -h, df -i.',
      'Under systemd the unit may write to the state directory alone: ReadWritePaths.',
    ],
  },
  EVIDENCE_FULL: {
    exit: null,
    category: null,
    means: 'The evidence directory has reached its size: the oldest receipts are deleted before their time.',
    next: say('Set node.evidence_mib to more, or copy receipts away that you need.'),
    causes: ['More jobs were answered in node.evidence_keep than node.evidence_mib has room for.'],
  },
  JOURNAL_RESTORED: {
    exit: null,
    category: null,
    means:
      'The journal is a copy: what the former operator answered after the copy was made is not known. Jobs that were open in it are not delivered, and each job that comes is looked up at the dispatcher before it is answered.',
    next: run('job list', ['--state', 'expired'], 'See what is held'),
    causes: [
      'The node was restored by aos backup restore, or a journal out of a backup was put in place by hand.',
    ],
  },
  RESTORE_UNSAFE: {
    exit: 'refused',
    category: 'safety',
    means:
      'The former operator may still work: two operators of one node_id answer every job twice, which costs stake.',
    next: say(
      'Switch the former operator off and make sure that it does not start again; then type the same with --old-host-is-off.',
    ),
    causes: [
      'The former operator still runs, or its service starts it again.',
      'A reverse proxy or another machine answers at net.outer_url: curl -i URL/ping.',
    ],
  },
  RESTORED_UNCHECKED: {
    exit: 'tryLater',
    category: 'safety',
    means:
      'After a restore a job waits until the dispatcher says that it keeps no result of this node for it.',
    next: run(
      'doctor',
      ['--only', 'dispatcher'],
      'See why it cannot be asked; the flag --accept-all of the operator answers without asking, at the risk of a second answer',
    ),
    causes: [
      'The HTTP API of the dispatcher (/api/job/result) does not answer.',
      'net.dispatcher_url leads past it, by a proxy that passes on the WebSocket alone.',
    ],
  },
  RESTORED_ANSWERED: {
    exit: null,
    category: null,
    means: 'A job came that this node answered before it was restored: it is not answered again.',
    next: run('job list', ['--state', 'expired']),
    causes: ['The former operator answered it after the copy was made.'],
  },
  BACKUP_PASSPHRASE: {
    exit: 'data',
    category: 'data',
    means: 'The passphrase does not open the backup.',
    next: say('Type the passphrase that the backup was made with; nothing was changed.'),
    causes: [
      'It is the passphrase of another backup, or of a keystore.',
      'A password file ends with more than one line end.',
    ],
  },
  BACKUP_INVALID: {
    exit: 'data',
    category: 'data',
    means: 'The file is no whole backup of aos: nothing of it was used, and nothing was changed.',
    next: run(
      'backup verify',
      ['FILE'],
      'Take another copy of the backup, and see whether that one is whole',
    ),
    causes: [
      'It was cut, by a full disk or a transfer that broke off.',
      'It is another file, or its content was put together by something other than aos.',
      'A later aos made it.',
    ],
  },
  BACKUP_FAILED: {
    exit: 'io',
    category: 'filesystem',
    means: 'The backup could not be made or read; what was there before is as it was.',
    next: say('Check the free space and the permissions, then try again.'),
    causes: ['The disk is full: df -h.', 'A file that the configuration names cannot be read by this user.'],
  },
  ANSWER_CONFLICT: {
    exit: 'refused',
    category: 'safety',
    means: 'A second, different answer for the same job was refused.',
    next: say('Nothing to do: the first answer remains.'),
    causes: [
      'The worker is not deterministic: model or flags changed between two answers.',
      'The dispatcher sent a job again under the same id.',
    ],
  },
  EVIDENCE_EXISTS: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'There is something at that path already; evidence is never overwritten by accident.',
    next: say('Name another directory by --out, or add --force to replace evidence gathered before.'),
    causes: ['Evidence for the same clock number was gathered before.'],
  },
  EVIDENCE_WRITE_FAILED: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The evidence could not be written.',
    next: say('Check the directory and the free space.'),
    causes: ['The directory is not yours: ls -ld.', 'The disk is full: df -h.'],
  },
} as const;
