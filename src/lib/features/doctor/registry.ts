/** The parts of a node that are checked, in the order they build on each other. */
export const CATEGORIES = [
  'config',
  'files',
  'clock',
  'signer',
  'chain',
  'registry',
  'dispatcher',
  'ping',
  'workers',
  'alerts',
  'metrics',
  'journal',
  'disk',
  'versions',
] as const;

export type Category = (typeof CATEGORIES)[number];

export type CheckSpec = {
  /** `category.check`; stable, scripts depend on it. */
  id: `${Category}.${string}`;
  /** What is true when it passes, one sentence. */
  about: string;
  /** Checks without whose success this one can say nothing. */
  needs: readonly string[];
};

// prettier-ignore
/** Every check. The order is the order of the report: what is further down builds on what is above. */
export const CHECKS = [
  {id: 'config.file', about: 'The configuration file is found and can be read.', needs: []},
  {id: 'config.secrets', about: 'There are no private keys in the configuration.', needs: ['config.file']},
  {id: 'config.valid', about: 'Every value that a run needs is there and valid.', needs: ['config.file', 'config.secrets']},
  {id: 'config.unused', about: 'Every key and variable is known and has an effect.', needs: ['config.file', 'config.secrets']},
  {id: 'config.proxy', about: 'The proxies of the environment, and the peers that they lead to.', needs: ['config.file']},

  {id: 'files.config', about: 'Config file permissions are safe.', needs: ['config.file']},
  {id: 'files.vrf_key', about: 'The VRF key is there, readable, and private.', needs: ['config.file']},
  {id: 'files.bls_key', about: 'BLS keystore and password file, where configured, are private.', needs: ['config.file']},
  {id: 'files.state_dir', about: 'The state directory is there, writable, and private.', needs: ['config.file']},
  {id: 'files.journal', about: 'The journal’s files are private.', needs: ['files.state_dir']},
  {id: 'files.evidence', about: 'The directory of kept receipts is private, and has room.', needs: ['files.state_dir']},
  {id: 'files.sockets', about: 'The directory of control sockets is private and has no stale sockets.', needs: []},

  {id: 'clock.offset', about: 'This machine’s clock is right, by the median of what others say.', needs: []},

  {id: 'signer.url', about: 'signer_key is a usable URL.', needs: ['config.file']},
  {id: 'signer.connect', about: 'Something listens there.', needs: ['config.file']},
  {id: 'signer.tls', about: 'Its TLS certificate is valid.', needs: ['config.file']},
  {id: 'signer.upcheck', about: 'It answers as Web3Signer does.', needs: ['config.file']},
  {id: 'signer.health_status', about: 'It is Web3Signer in eth1 mode, 25.9.0 or later.', needs: ['config.file']},
  {id: 'signer.healthcheck', about: 'No key that it loads in bulk failed.', needs: ['config.file']},
  {id: 'signer.accounts', about: 'It has the key of node_id.', needs: ['config.file']},
  {id: 'signer.sign', about: 'Its signature is by node_id.', needs: ['config.file']},
  {id: 'signer.typed_data', about: 'It signs typed data, as registering needs.', needs: ['config.file']},
  {id: 'signer.transaction', about: 'It signs transactions, for the right chain.', needs: ['config.file']},
  {id: 'signer.strangers', about: 'It refuses unknown accounts.', needs: ['config.file']},
  {id: 'signer.latency', about: 'It signs fast enough.', needs: ['config.file']},
  {id: 'signer.exposure', about: 'It is not reachable from other machines.', needs: ['config.file']},
  {id: 'signer.standby', about: 'Each signer of node.signer_urls has the key and signs.', needs: ['config.file']},

  {id: 'chain.rpc', about: 'Every configured RPC answers, for the right chain.', needs: ['config.file']},
  {id: 'chain.fresh', about: 'The latest block is recent.', needs: ['chain.rpc']},
  {id: 'chain.contracts', about: 'The configured contracts are the right ones and refer to one another.', needs: ['chain.rpc']},
  {id: 'chain.gas', about: 'node_id can pay for a transaction.', needs: ['chain.rpc']},

  {id: 'registry.operator', about: 'node_id is an EigenLayer operator.', needs: ['chain.rpc']},
  {id: 'registry.avs', about: 'It is registered with the AVS.', needs: ['chain.rpc']},
  {id: 'registry.range', about: 'It has a sampling range, the same on chain and in the dispatcher’s row.', needs: ['chain.rpc']},
  {id: 'registry.challenges', about: 'No challenge waits for an answer.', needs: ['chain.rpc']},
  {id: 'registry.slashed', about: 'Nothing was slashed or recorded.', needs: ['chain.rpc']},

  {id: 'dispatcher.websocket', about: 'The dispatcher takes a WebSocket connection.', needs: ['config.file']},
  {id: 'dispatcher.identity', about: 'Only jobs of the known dispatcher are accepted.', needs: ['config.file']},
  {id: 'dispatcher.knows_us', about: 'The dispatcher knows node_id.', needs: ['config.file']},
  {id: 'dispatcher.session', about: 'It accepts the running operator, and sends it jobs.', needs: ['config.file']},

  {id: 'ping.operator', about: 'The operator runs on this machine.', needs: ['config.file']},
  {id: 'ping.local', about: 'Its HTTP server answers at net.rest_url.', needs: ['config.file']},
  {id: 'ping.outer_url', about: 'net.outer_url is an address that others can reach.', needs: ['config.file']},
  {id: 'ping.outside', about: 'The network probes /ping and gets answers.', needs: ['config.file']},

  {id: 'workers.opml', about: 'The opml worker answers.', needs: ['config.file']},
  {id: 'workers.tee', about: 'The tee worker answers.', needs: ['config.file']},
  {id: 'workers.zkml', about: 'The zkml worker answers, and says true to the known-good proof.', needs: ['config.file']},
  {id: 'workers.zkml_engine', about: 'aos can check the proofs of workers.zkml.models: their files are the pinned ones, and the engine is installed.', needs: ['config.file']},
  {id: 'workers.callback', about: 'Workers can deliver their answers.', needs: ['config.file']},

  {id: 'alerts.webhook', about: 'The alert webhook, if any, is reachable.', needs: ['config.file']},
  {id: 'alerts.channels', about: 'The other alert channels and the watchdog have their secrets and are reachable, and alerts are not muted.', needs: ['config.file']},

  {id: 'metrics.port', about: 'Metrics are served at net.metrics_url, unless it is off.', needs: ['config.file']},

  {id: 'journal.log', about: 'Nothing that was committed to it is lost.', needs: ['config.file']},
  {id: 'journal.open', about: 'The journal can be read by this version.', needs: ['journal.log']},
  {id: 'journal.sound', about: 'SQLite finds no damage in it.', needs: ['journal.open']},
  {id: 'journal.readings', about: 'The chain of clock readings is unbroken.', needs: ['journal.open']},
  {id: 'journal.backlog', about: 'No result waits too long.', needs: ['journal.open']},

  {id: 'disk.space', about: 'There is room for the journal to grow.', needs: []},
  {id: 'disk.inodes', about: 'There is room for more files.', needs: []},

  {id: 'versions.node', about: 'This Node.js is one that aos is tested with.', needs: []},
  {id: 'versions.sqlite', about: 'SQLite loads and is free of a known corruption.', needs: []},
  {id: 'versions.operator', about: 'The running operator is of this version.', needs: ['ping.operator']},
] as const satisfies readonly CheckSpec[];

export type CheckId = (typeof CHECKS)[number]['id'];

export const CHECK_IDS: readonly CheckId[] = CHECKS.map(({id}) => id);

export function isCheckId(text: string): text is CheckId {
  return CHECK_IDS.some((id) => id === text);
}

export function categoryOf(id: CheckId): Category {
  const name = id.slice(0, id.indexOf('.'));
  // Each id begins with its category: the type of a check demands it.
  return CATEGORIES.find((category) => category === name) ?? 'config';
}

/** What a check needs; all of them are checks themselves. */
export function needsOf(id: CheckId): readonly CheckId[] {
  return (CHECKS.find((spec) => spec.id === id)?.needs ?? []).filter(isCheckId);
}
