import {run, say} from '../../next-step/next-step.ts';

/** The dispatcher and the webhook for alerts. See CODES in table.ts. */
export const DISPATCHER = {
  DISPATCHER_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'The dispatcher could not be reached.',
    next: say('See that it runs and that net.dispatcher_url is its address.'),
    causes: [
      'Host or port of net.dispatcher_url; ws:// where wss:// is needed.',
      'The dispatcher is down; others see it too.',
      'A firewall lets nothing out.',
    ],
  },
  DISPATCHER_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The dispatcher refused the request.',
    next: run('register', ['--check'], 'Do what its words say. To see whether it knows this node'),
    causes: [
      'node_id is not registered there, or not on its list: aos register does the first, the operator of the dispatcher the second.',
      'net.dispatcher_url has another path than the dispatcher’s WebSocket (HTTP 404).',
      'A server in front of it says that it is down (HTTP 502, 503).',
      'Another dispatcher than that of your network.',
    ],
  },
  DISPATCHER_FAILED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The dispatcher took the request and failed at it.',
    next: say('Ask the operator of the dispatcher to look at its log.'),
    causes: [
      'It closes the connection without an answer: its own account or RPC of the chain fails.',
      'It answers code 500 without a message: its database does not answer.',
      'A proxy in front of it answers 502, 503 or 504: the dispatcher itself is down.',
    ],
  },
  DISPATCHER_SILENT: {
    exit: 'unavailable',
    category: 'network',
    means: 'The dispatcher took the connection and does not answer connect.',
    next: run('doctor', ['--only', 'signer,dispatcher'], 'See that the signer signs as node_id'),
    causes: [
      'It refuses the signature: the newest dispatcher then says nothing. Another program signs, or changes the message on the way.',
      'It waits for a block: while it registers another operator it answers no request, for a minute or more. The operator tries again.',
      'It is overloaded: some 200 submissions at once stop it until their clients give up.',
      'net.dispatcher_url is the address of another WebSocket server.',
    ],
  },
  DISPATCHER_UNSIGNED: {
    exit: 'protocol',
    category: 'network',
    means: 'Jobs come without a signature, and net.verify_dispatcher does not let them in.',
    next: say('If this dispatcher signs nothing, set net.verify_dispatcher: when-signed'),
    causes: [
      'The dispatcher is a version that signs nothing, and net.verify_dispatcher is require.',
      'It has signed its jobs before as node.dispatcher_address: since then only signed ones are accepted, also after a restart.',
      'They come from another sender.',
    ],
  },
  DISPATCHER_OTHER_SIGNER: {
    exit: 'protocol',
    category: 'network',
    means: 'Jobs are signed by another address than node.dispatcher_address, so they are refused.',
    next: say(
      'Ask the operator of the dispatcher for its signing address; set node.dispatcher_address to it.',
    ),
    causes: [
      'The dispatcher signs with the NIP-06 key of its mnemonic, whose address is not that of its Ethereum account.',
      'net.dispatcher_url is another dispatcher than the one of node.dispatcher_address.',
      'They come from another sender, or are changed on the way.',
    ],
  },
  JOB_REFUSED: {
    exit: 'protocol',
    category: 'network',
    means: 'Messages of the dispatcher could not be taken as jobs; it does not send them again.',
    next: run('job refused', [], 'See what came, and show it to the operator of the dispatcher'),
    causes: [
      'The submitter sent a job that is no object, or one with fields of the wrong type.',
      'A prompt is longer than 2 MiB, or a frame has more than 1,000 jobs.',
      'Messages come faster than this machine reads and stores them.',
      'The dispatcher is of a version that aos does not know.',
      'net.dispatcher_url is not a dispatcher.',
    ],
  },
  SECOND_OPERATOR: {
    exit: 'refused',
    category: 'safety',
    means:
      'Another operator seems to work for this node_id: each answers every job, and two answers cost stake.',
    next: say('Find the other one (another machine, another user, a container) and stop one of the two.'),
    causes: [
      'A copy of this node was started elsewhere: aos has no standby on a second machine.',
      'The journal was lost or restored from a copy, so the dispatcher keeps results that it does not have.',
      'The dispatcher, or a proxy before it, ends each connection soon after it took it.',
    ],
  },
  RESULT_TAKEN: {
    exit: 'refused',
    category: 'safety',
    means: 'The dispatcher keeps another result of this node for the job, which this journal does not have.',
    next: say('See whether another operator works for this node_id.'),
    causes: [
      'Another operator with this node_id answered first.',
      'The journal was lost or restored from a copy.',
    ],
  },
  NO_JOBS: {
    exit: 'tryLater',
    category: 'network',
    means: 'The dispatcher is connected, and no job has come for much longer than usual.',
    next: run('doctor', ['--only', 'dispatcher,registry']),
    causes: [
      'No one submits jobs now: ask others, or the operator of the dispatcher.',
      'Another node is connected to the dispatcher with this node_id: it gets the jobs.',
      'The dispatcher has forgotten this connection; connect is sent again every 5 minutes for that reason.',
      'It is quiet by nature: alerts.no_job_after sets after how long that is a problem.',
    ],
  },
  JOBS_PILE_UP: {
    exit: 'tryLater',
    category: 'network',
    means: 'Jobs for workers come faster than the workers answer, so answers get later and later.',
    next: say('Add a worker to workers.<kind>.urls.'),
    causes: [
      'The workers are slower than the jobs that fall to this node: a larger sampling range means more of them.',
      'A worker hangs or is locked: aos doctor --only workers.',
      'workers.<kind>.concurrency is below what the worker takes at once.',
    ],
  },
  DISPATCHER_TIMEOUT: {
    exit: 'unavailable',
    category: 'network',
    means: 'The dispatcher did not answer in time.',
    next: say('Nothing to do: the operator tries again.'),
    causes: ['It is overloaded, or restarting.', 'The connection is half dead; it is made anew.'],
  },
  NOT_CONNECTED: {
    exit: 'unavailable',
    category: 'network',
    means: 'There is no connection to the dispatcher.',
    next: say('Nothing to do: the operator reconnects by itself.'),
    causes: ['The connection was lost a moment ago.'],
  },
  ALERT_NOT_SET: {
    exit: 'config',
    category: 'config',
    means: 'There is no one to alert: the configuration names no such channel.',
    next: say('Set alerts.webhook_url, or the keys of another channel (docs/alerts.md).'),
    causes: [
      'The last question of aos init was left empty.',
      'The key is in another section: it is webhook_url below alerts, and each other channel has a section there.',
    ],
  },
  ALERT_UNREACHABLE: {
    exit: 'unavailable',
    category: 'network',
    means: 'The service for alerts did not take the alert; no one was alerted this way.',
    next: run('alert test', [], 'Check the address of the service below alerts, then'),
    causes: [
      'This machine has no way out to that host: a firewall, a proxy, DNS. Mail goes through no HTTP proxy.',
      'The service is down, or asks to wait (HTTP 429); it is tried four times for each alert, mail twice.',
      'A mail server takes the connection and says nothing: the port wants TLS from the beginning (smtps://), or the reverse.',
    ],
  },
  ALERT_REFUSED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The service for alerts refused the alert; no one was alerted this way.',
    next: run('alert test', [], 'Make a new webhook, put its URL into alerts.webhook_url, then'),
    causes: [
      'The webhook or token was deleted, or is not whole: 401, 403, 404, 410.',
      'The service of alerts.webhook_url wants another form of JSON than a text field (docs/alerts.md): 400.',
      'The mail server refuses the user, the sender or the recipients: SMTP 535, 550, 553.',
    ],
  },
  ALERT_SECRET_MISSING: {
    exit: 'config',
    category: 'config',
    means:
      'The file with the URL, token or password of an alert channel could not be opened; no alert goes out this way.',
    next: run('alert test', [], 'Correct the path, then'),
    causes: [
      'The path is relative to the directory of the configuration file.',
      'The file belongs to another user than the one who runs the operator.',
    ],
  },
  ALERT_SECRET_INVALID: {
    exit: 'config',
    category: 'config',
    means:
      'The file of an alert channel holds no URL, token or password that the channel could use; no alert goes out this way.',
    next: run('alert test', [], 'Put the secret alone into the file, mode 0600, then'),
    causes: [
      'It has a comment, quotes or several lines: the secret alone is the whole file.',
      'It is the secret of another service.',
    ],
  },
  ALERT_MUTE_FAILED: {
    exit: 'cannotWrite',
    category: 'filesystem',
    means: 'The mute of alerts could not be written beside the journal; alerts go out as before.',
    next: say('Run it as the user of the operator, or as root.'),
    causes: ['The directory of the journal belongs to another user.', 'The disk is full: df -h.'],
  },
  OFFLINE: {
    exit: null,
    category: null,
    means:
      'The network has not reached this node for longer than three of its probes; beyond the offline allowance that may cost stake.',
    next: run('doctor', ['--only', 'ping']),
    causes: [
      'The machine has lost its network, or a firewall or router no longer lets probes through.',
      'net.rest_url listens elsewhere than the network asks.',
      'The network probes no node: its online detection is down.',
    ],
  },
  RESULT_EXPIRED: {
    exit: null,
    category: null,
    means: 'An answer was kept and sent until the retention was over, and the dispatcher never accepted it.',
    next: run('job list', ['--state', 'expired']),
    causes: [
      'The dispatcher was away, or refused it: aos job show ID says which.',
      'store.retention is shorter than the outage was.',
    ],
  },
  OPERATOR_STOPPED: {
    exit: null,
    category: null,
    means: 'The operator ended by itself, because it could not continue safely.',
    next: run('doctor'),
    causes: ['A disk that takes no more writes.', 'On a devnet: the network it was started with has ended.'],
  },
  TEST: {
    exit: null,
    category: null,
    means: 'An alert that aos alert test has sent.',
    next: say('Nothing to do.'),
    causes: ['An operator tests whether alerts arrive.'],
  },
} as const;
