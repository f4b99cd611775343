import type {ErrorCode} from '../../foundation/errors/table.ts';

/**
 * What usually is behind an error and how to see it, the likeliest first; `aos explain CODE` prints it below what the error
 * table says. The compiler asks for an entry for each code.
 */
// prettier-ignore
export const CAUSES = {
  // general
  BUG: ['A case that the code does not foresee. AOS_DEBUG=1 prints where.', 'A damaged installation: npm ci again.'],
  USAGE: ['A flag is missing, mistyped or has a value it does not take; the message names it.', 'Without a terminal, with --no-input, --json or in CI nothing is asked: every question has a flag.'],
  OUTPUT_WRITE_FAILED: ['The disk behind a redirection is full: df -h.', 'The device or pipe does not take what is written.'],
  OUT_EXISTS: ['A run before wrote it.', 'Another file happens to have that name.'],
  OUT_WRITE_FAILED: ['The directory does not exist or is not yours: ls -ld.', 'The disk is full: df -h.'],
  INTERRUPTED: ['Ctrl-C, or SIGINT from a script.'],
  TERMINATED: ['systemctl stop, kill, or a shutdown of the machine.'],

  // config
  CONFIG_MISSING: ['There is no file at the path that -c or AOS_CONFIG names.', 'The command was started in another directory, and neither ./config.yaml, $AOS_HOME/config.yaml nor /etc/aos/config.yaml is there.'],
  CONFIG_UNREADABLE: ['The file belongs to another user: ls -l.', 'The path is a directory, or a symbolic link that leads nowhere or in a circle.', 'It is larger than a configuration may be.'],
  CONFIG_INVALID: ['Each line names the file, line, column, key, what it has and what is expected.', 'Indentation: a key slipped into another section.', 'An AOS_ variable overrides the file with a wrong value: env | grep AOS_'],
  CONFIG_EXISTS: ['aos init was run here before.'],
  CONFIG_WRITE_FAILED: ['The directory is not yours or does not exist: ls -ld.', 'The disk is full: df -h.'],
  CONFIG_CHANGED: ['An editor or another command wrote the file between reading and writing it.'],
  RAW_PRIVATE_KEY: ['The configuration of the reference operator has the key itself in signer_key.', 'Whoever could read the file may have the key: think of moving to a new one.'],
  VRF_KEY_UNSAFE: ['The file was made without umask 077: ls -l shows its mode.'],
  VRF_KEY_MISSING: ['node.vrf_key_file is relative to the directory of the configuration file.', 'It was never made: aos keys vrf create --file vrf.key'],
  VRF_KEY_INVALID: ['The file holds something else than 64 hex digits: wc -c.', 'A key of another kind (secp256k1, a keystore) is in it.'],

  // keys
  KEY_INVALID: ['A word, a sign or a line too many came along.', 'It is 0, or not below the order of BN254.'],
  KEY_MISSING: ['node.bls_key_file names another path.', 'No BLS key was made yet; only registries of the BLS kind need one.'],
  KEY_UNSAFE: ['The file was copied without its mode: ls -l.'],
  KEY_EXISTS: ['A key was made before; to lose it is to lose the operator id.'],
  KEY_WRITE_FAILED: ['The directory is not yours or does not exist: ls -ld.', 'The disk is full: df -h.'],
  KEY_KEYSTORE_INVALID: ['The file was cut off when it was copied: wc -c, and jq . FILE.', 'It is a keystore of another kind (Ethereum V3, EIP-2335).'],
  KEY_KEYSTORE_UNSUPPORTED: ['It was made with a cost (scrypt N) that would take more memory than aos gives it.', 'It is of another version or curve.'],
  KEY_PASSWORD_WRONG: ['A newline or blank at the end of the password file.', 'The password of another keystore.', 'The keyboard layout.'],
  KEY_PASSWORD_INVALID: ['The file is empty, has several lines, or is no text.'],
  KEY_PASSWORD_MISSING: ['The password file is not there or not readable.', '--password-fd names a descriptor that nothing was opened on.'],
  KEY_SELF_CHECK_FAILED: ['chain.contracts names something that is no BLS registry.', 'A bug: report it.'],

  // signer
  SIGNER_URL_INVALID: ['signer_key has a path, a query or a scheme other than http and https.'],
  SIGNER_UNREACHABLE: ['Web3Signer is not running: systemctl status web3signer, or docker ps.', 'Host or port differ from node.signer_key; in a container 127.0.0.1 is the container itself.', 'Its host allow-list (--http-host-allowlist) does not name the host that is used.', 'TLS: the certificate is not trusted, or has expired.'],
  SIGNER_REFUSED: ['The key of node_id is not loaded.', 'The host allow-list answers 403.', 'Web3Signer was started without eth1 or with another chain id.'],
  SIGNER_UNKNOWN_ACCOUNT: ['The key file is not in its key directory, does not end in .yaml, or its keyType is wrong.', 'The password file of the keystore ends in a newline, so it could not be opened: its log says so.', 'node.node_id is another address than that of the key.'],
  SIGNER_WRONG_SIGNATURE: ['The URL leads to another signer, or a proxy chooses among several.', 'node.node_id is another address than that of the key.'],
  SIGNER_WRONG_TRANSACTION: ['The signer fills in or changes fields by itself.', 'Its chain id (eth1 --chain-id) is that of another chain.'],
  SIGNER_PROTOCOL: ['The URL leads to an Ethereum node, a proxy’s error page or another service.', 'It is a version of Web3Signer without the method.'],

  // protocol
  FRAME_TOO_LARGE: ['The dispatcher sends something that is no job.', 'net.dispatcher_url leads to another service.'],
  FRAME_NOT_UTF8: ['The sender is broken, or something on the way changes bytes.'],
  FRAME_NOT_JSON: ['net.dispatcher_url leads to another WebSocket service.'],
  FRAME_TOO_DEEP: ['The sender is broken, or means harm.'],
  FRAME_TOO_MANY_NODES: ['The sender is broken, or means harm.'],
  FRAME_DUPLICATE_KEY: ['The sender is broken, or means to be read in two ways.'],
  FRAME_LONE_SURROGATE: ['The sender cut a prompt in the middle of a character.'],
  ENVELOPE_INVALID: ['net.dispatcher_url leads to another service that speaks JSON.', 'The dispatcher is of another generation of the protocol.'],
  MESSAGE_INVALID: ['The dispatcher is of another generation of the protocol.'],
  CLOCK_OVERFLOW: ['2^32 ticks: or a peer sent a counter that nobody could have reached.'],
  CLOCK_INVALID: ['The sender writes numbers where the protocol has strings.'],

  // chain
  CHAIN_UNREACHABLE: ['The RPC is down, or has cut off this address or key: try curl.', 'A firewall lets nothing out; a proxy is needed.', 'All of chain.rpc_urls are with one provider.'],
  CHAIN_WRONG_ID: ['chain.chain_rpc_url is of a test network, or network is.'],
  CHAIN_NO_CODE: ['The address is of another network.', 'The RPC serves another chain, or is still syncing.'],
  CHAIN_BAD_ANSWER: ['The RPC is behind, or balances over nodes that are not at the same block.', 'The address is a contract of another kind.'],
  CHAIN_MISMATCH: ['One address in chain.contracts is of another deployment.'],
  CHAIN_REVERTED: ['A precondition is not met: stake, quorum, cool-down, pause; aos register --check lists each.', 'The message has the contract’s own reason, decoded where it is known.'],
  CHAIN_FLOW_UNKNOWN: ['chain.contracts.registry is no stake registry, or of a generation that is not known yet.'],
  CHAIN_DOMAIN_UNKNOWN: ['chain.contracts.avs_directory is of another network.', 'The contract was upgraded.'],
  LOGS_REFUSED: ['The plan of the provider has no eth_getLogs, or none without an address.'],
  SCAN_TOO_LARGE: ['The provider gives few blocks a request; the message has the number.'],

  // transactions
  TX_FEE_TOO_HIGH: ['The chain is busy.', '--max-fee is in gwei.'],
  TX_INSUFFICIENT_FUNDS: ['node_id itself pays, not the account with the stake.'],
  TX_NOT_TAKEN: ['The RPC was busy or went away between two requests.', 'Its transaction pool wants more for a replacement.'],
  TX_STUCK: ['A transaction with a lower nonce was sent with too low a fee: aos tx speed-up.', 'Another program uses node_id.'],
  TX_LOCKED: ['aos register or aos tx runs in another terminal.'],
  TX_REVERTED: ['Somebody else was faster: a quorum filled up, a pause was set.', 'The gas estimate was too low for the new state.'],
  TX_REPLACED: ['Another machine or wallet has the same key.'],
  TX_CANCELLED: ['aos tx cancel was run meanwhile.'],
  OPEN_WORK: ['Jobs wait for a signer, worker or dispatcher that is away: aos status.', 'A challenge is open: aos challenge list --open'],
  TX_UNKNOWN: ['The hash is of another node or network.', 'The transaction was not sent by aos on this machine.'],
  TX_CLOSED: ['It was mined, or another with its nonce was.'],

  // dispatcher
  DISPATCHER_UNREACHABLE: ['Host or port of net.dispatcher_url; ws:// where wss:// is needed.', 'The dispatcher is down; others see it too.', 'A firewall lets nothing out.'],
  DISPATCHER_REFUSED: ['node_id is not registered there: aos register does it.', 'Another dispatcher than that of your network.'],
  DISPATCHER_TIMEOUT: ['It is overloaded, or restarting.', 'The connection is half dead; it is made anew.'],
  NOT_CONNECTED: ['The connection was lost a moment ago.'],

  // alerts
  ALERT_NOT_SET: ['aos init was answered with Enter alone at its last question.', 'The key stands in another section: it is webhook_url below alerts.'],
  ALERT_UNREACHABLE: ['This machine has no way out to that host: a firewall, a proxy, DNS.', 'The service behind the webhook is down; it is tried four times for each alert.'],
  ALERT_REFUSED: ['The webhook was deleted or its URL is not whole: 401, 403, 404, 410.', 'The service wants another form of JSON than a text field (docs/alerts.md): 400.'],

  // worker
  WORKER_UNREACHABLE: ['The worker is not running: curl its URL.', 'workers.<kind>.url has the wrong port; in a container 127.0.0.1 is the container itself.'],
  WORKER_BUSY: ['It answers one question at a time, and more come in than it manages.', 'It hangs: look at its log and its GPU.'],
  WORKER_TIMEOUT: ['The worker cannot reach the callback address; net.callback_url must be one that it can reach.', 'The question is larger than the time it has: workers.<kind>.answer_timeout'],
  WORKER_REFUSED: ['It does not have the model.', 'It is of another kind than the section of workers that names it.'],

  // journal
  JOURNAL_LOCKED: ['A service runs it and it was started by hand too: systemctl status aos.', 'The state directory is on a file system that several machines share.'],
  JOURNAL_WRITE_FAILED: ['The disk is full: df -h, df -i.', 'The file system was made read-only after an error: dmesg.'],
  JOURNAL_UNREADABLE: ['It was made by a newer aos.', 'It belongs to another user: ls -l.', 'The disk damaged it: sqlite3 FILE "PRAGMA quick_check"'],
  JOURNAL_DRIVER: ['The prebuilt SQLite does not fit this libc or CPU.', 'node_modules was copied from another machine.'],
  JOURNAL_MISSING: ['aos run was never started for this node_id on this network.', 'AOS_HOME or store.dir names another directory than that of the operator.'],
  JOB_UNKNOWN: ['The job was older than store.retention and is gone.', 'The id is of another node or network.'],
  JOB_AMBIGUOUS: ['A beginning of an id may fit several jobs; one job may have several tags and positions.'],
  ANSWER_CONFLICT: ['The worker is not deterministic: model or flags changed between two answers.', 'The dispatcher sent a job again under the same id.'],

  // evidence
  EVIDENCE_EXISTS: ['Evidence for the same clock number was gathered before.'],
  EVIDENCE_WRITE_FAILED: ['The directory is not yours: ls -ld.', 'The disk is full: df -h.'],

  // control socket, status
  CONTROL_ABSENT: ['aos run is not running, or runs as another user or with another AOS_HOME.', 'It runs for another node_id or network.'],
  CONTROL_AMBIGUOUS: ['Several operators on one machine are fine; a command has to know which one.'],
  CONTROL_VERSION: ['aos was updated while the operator runs.'],
  CONTROL_BROKEN: ['Another program listens at that path.', 'The operator hangs.'],
  CONTROL_UNAVAILABLE: ['The directory for sockets belongs to another user.', 'The path is too long for a socket (108 bytes): set AOS_HOME to a shorter one.'],
  STATUS_NOTHING_READ: ['No network at all: the machine is offline.', 'Without a configuration only the chain can be asked: give --rpc-url.'],

  REPLAY_INVALID: ['The file is no NDJSON of aos run --json.', 'The recording was cut off at its beginning.'],

  // operator server, devnet
  PORT_IN_USE: ['ss -ltnp names the program.', 'An operator that was started before still ends.'],
  LISTEN_FAILED: ['The address is none of this machine: ip -brief address.', 'Its interface is not up yet.', 'A port below 1024 needs a privilege.'],
  ANVIL_MISSING: ['It comes with npm on linux-x64 only; npm ci --omit=optional leaves it out.'],
  ANVIL_FAILED: ['The port is taken, or the program does not fit this machine.'],
  DEVNET_NOT_RUNNING: ['aos devnet up ended, or runs with another AOS_HOME.'],
  DEVNET_FAILED: ['A port that was given is taken.', 'It was ended from outside, or the machine ran out of memory: dmesg.'],
  NOT_LOOPBACK: ['Everybody who reaches the port could have anything signed.'],
  STATE_DIR_UNWRITABLE: ['The directory belongs to another user: ls -ld.', 'A file of that name is in the way.', 'A service with ProtectSystem=strict needs ReadWritePaths= or StateDirectory=.'],
} as const satisfies Readonly<Record<ErrorCode, readonly string[]>>;
