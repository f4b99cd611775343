/** What an exit code says; the same with and without `--json` (`aos help exit-codes`). */
export const EXIT = {
  ok: 0,
  bug: 1,
  negative: 3,
  warnings: 4,
  pending: 8,
  usage: 64,
  data: 65,
  unavailable: 69,
  cannotWrite: 73,
  io: 74,
  tryLater: 75,
  protocol: 76,
  refused: 77,
  config: 78,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCategory =
  'bug' | 'usage' | 'config' | 'network' | 'data' | 'filesystem' | 'safety' | 'signal';

type ErrorEntry = {
  exit: ExitCode;
  category: ErrorCategory;
  /** What it means for the operator, one sentence. */
  means: string;
  /** The general next step; a throw site may name a better one. */
  next: string;
};

const entry = (exit: ExitCode, category: ErrorCategory, means: string, next: string): ErrorEntry => ({
  exit,
  category,
  means,
  next,
});

/**
 * Every error of the toolkit: code → exit code, category, meaning, next step.
 * One line a code, grouped by the part that throws it; what is behind each is in explain/causes.ts.
 */
// prettier-ignore
export const ERRORS = {
  // general
  BUG: entry(EXIT.bug, 'bug', 'Something happened that the toolkit did not foresee.', 'Run the command again with --json and report its output.'),
  USAGE: entry(EXIT.usage, 'usage', 'The command line is not what the command takes.', 'Run the command with --help.'),
  OUTPUT_WRITE_FAILED: entry(EXIT.io, 'filesystem', 'What standard output goes to does not take it.', 'Free disk space, or send the output elsewhere.'),
  OUT_EXISTS: entry(EXIT.cannotWrite, 'filesystem', 'There is something at that path already; a file is never overwritten by accident.', 'Name another file, or add --force to replace it.'),
  OUT_WRITE_FAILED: entry(EXIT.cannotWrite, 'filesystem', 'The file could not be written; nothing is left of it.', 'Check the directory and the free space.'),
  INTERRUPTED: entry(EXIT.sigint, 'signal', 'The command was interrupted.', 'Run it again.'),
  TERMINATED: entry(EXIT.sigterm, 'signal', 'The command was told to end.', 'Run it again.'),

  // config
  CONFIG_MISSING: entry(EXIT.config, 'config', 'No configuration file was found.', 'Make one: aos init; or name one with -c FILE.'),
  CONFIG_UNREADABLE: entry(EXIT.config, 'config', 'The configuration file is there but could not be read.', 'Check its path and permissions.'),
  CONFIG_INVALID: entry(EXIT.config, 'config', 'The configuration file has errors; nothing was started.', 'Correct the lines named above and run the command again.'),
  CONFIG_EXISTS: entry(EXIT.cannotWrite, 'filesystem', 'There is a file already; a configuration is never overwritten by accident.', 'Name another file with -c FILE, or add --force, which keeps the old one as .bak.'),
  CONFIG_WRITE_FAILED: entry(EXIT.cannotWrite, 'filesystem', 'The file could not be written; what was there is unchanged.', 'Check the directory and the free space.'),
  CONFIG_CHANGED: entry(EXIT.tryLater, 'filesystem', 'The file was changed by someone else meanwhile; nothing was written.', 'Run the command again.'),
  RAW_PRIVATE_KEY: entry(EXIT.refused, 'safety', 'The configuration holds a raw private key; the operator never takes one into its memory.', 'Move it into an encrypted keystore for Web3Signer: aos config migrate FILE'),
  VRF_KEY_UNSAFE: entry(EXIT.refused, 'safety', 'The VRF key file can be read by other users.', 'chmod 600 the file named above.'),
  VRF_KEY_MISSING: entry(EXIT.config, 'config', 'The VRF key file could not be opened.', 'Correct node.vrf_key_file; on a new node make the key: aos keys vrf create --file vrf.key'),
  VRF_KEY_INVALID: entry(EXIT.config, 'config', 'The VRF key is not a 32-byte hex seed.', 'Restore the file that node.vrf_key_file names; on a new node make one: aos keys vrf create --file vrf.key'),

  // local BN254 key
  KEY_INVALID: entry(EXIT.data, 'data', 'The text is not a BN254 private key.', 'Give one number from 1 to the order of the curve, in decimal or as 0x and hex digits.'),
  KEY_MISSING: entry(EXIT.config, 'config', 'The BLS keystore could not be opened.', 'Check the path, or make a key: aos keys bls create'),
  KEY_UNSAFE: entry(EXIT.refused, 'safety', 'A file with a key or a password can be read by other users.', 'chmod 600 the file named above.'),
  KEY_EXISTS: entry(EXIT.cannotWrite, 'filesystem', 'There is a file already; a key is never overwritten by accident.', 'Name another file, or add --force, which keeps the old one as .bak.'),
  KEY_WRITE_FAILED: entry(EXIT.cannotWrite, 'filesystem', 'The keystore could not be written; nothing was changed.', 'Check the directory and the free space.'),
  KEY_KEYSTORE_INVALID: entry(EXIT.data, 'data', 'The file is not a whole EigenLayer BLS keystore.', 'Check the path, or restore the file from its backup.'),
  KEY_KEYSTORE_UNSUPPORTED: entry(EXIT.data, 'data', 'The keystore is of a kind or a cost that aos does not open.', 'Decrypt it with the tool that made it, then: aos keys bls import'),
  KEY_PASSWORD_WRONG: entry(EXIT.data, 'data', 'The password does not open the keystore (or the file is damaged).', 'Try the password again.'),
  KEY_PASSWORD_INVALID: entry(EXIT.data, 'data', 'What was given is not usable as a password.', 'Give one line of text that is not empty.'),
  KEY_PASSWORD_MISSING: entry(EXIT.config, 'config', 'The password could not be read from where it was said to be.', 'Check --password-file or node.bls_password_file.'),
  KEY_SELF_CHECK_FAILED: entry(EXIT.refused, 'safety', 'The BN254 signature made here does not pass the contract’s own check; it was not used.', 'Check that the registry is the right contract and report this with --json.'),

  // signer
  SIGNER_URL_INVALID: entry(EXIT.config, 'config', 'signer_key is not a usable Web3Signer URL.', 'Use a form like http://127.0.0.1:9000'),
  SIGNER_UNREACHABLE: entry(EXIT.unavailable, 'network', 'Web3Signer did not answer.', 'Start Web3Signer, then: aos signer check'),
  SIGNER_REFUSED: entry(EXIT.unavailable, 'network', 'Web3Signer answered with an error.', 'aos signer check'),
  SIGNER_UNKNOWN_ACCOUNT: entry(EXIT.negative, 'config', 'Web3Signer does not hold the key of node_id.', 'aos signer check'),
  SIGNER_WRONG_SIGNATURE: entry(EXIT.refused, 'safety', 'The signature that came back is not by node_id; it was not used.', 'aos signer check'),
  SIGNER_WRONG_TRANSACTION: entry(EXIT.refused, 'safety', 'The signed transaction is not the one that was asked for; it was not used.', 'aos signer check'),
  SIGNER_PROTOCOL: entry(EXIT.protocol, 'network', 'The answer is not one that Web3Signer gives.', 'Check that signer_key points at Web3Signer itself, not at a node or a proxy.'),

  // protocol
  FRAME_TOO_LARGE: entry(EXIT.protocol, 'data', 'The frame is larger than 64 MiB.', 'Nothing to do here: the sender broke the protocol.'),
  FRAME_NOT_UTF8: entry(EXIT.protocol, 'data', 'The frame is not valid UTF-8.', 'Nothing to do here: the sender broke the protocol.'),
  FRAME_NOT_JSON: entry(EXIT.protocol, 'data', 'The frame is not JSON.', 'Check that net.dispatcher_url is a dispatcher.'),
  FRAME_TOO_DEEP: entry(EXIT.protocol, 'data', 'The JSON is nested deeper than 128 levels.', 'Nothing to do here: the sender broke the protocol.'),
  FRAME_TOO_MANY_NODES: entry(EXIT.protocol, 'data', 'The JSON has more than 1,000,000 values.', 'Nothing to do here: the sender broke the protocol.'),
  FRAME_DUPLICATE_KEY: entry(EXIT.protocol, 'data', 'The JSON has the same key twice in one object.', 'Nothing to do here: the sender broke the protocol.'),
  FRAME_LONE_SURROGATE: entry(EXIT.protocol, 'data', 'A string in the JSON holds half a UTF-16 pair.', 'Nothing to do here: the sender broke the protocol.'),
  ENVELOPE_INVALID: entry(EXIT.protocol, 'data', 'The frame is JSON but not an AOS envelope.', 'Check that net.dispatcher_url is a dispatcher.'),
  MESSAGE_INVALID: entry(EXIT.protocol, 'data', 'The message does not have the fields the protocol gives it.', 'Nothing to do here: the sender broke the protocol.'),
  CLOCK_OVERFLOW: entry(EXIT.data, 'data', 'A logical clock counter is at its end (2^32-1) and cannot advance.', 'Ask the network for a new clock id and set node.clock_id.'),
  CLOCK_INVALID: entry(EXIT.data, 'data', 'The logical clock is not a map of decimal strings.', 'Nothing to do here: the sender broke the protocol.'),

  // chain
  CHAIN_UNREACHABLE: entry(EXIT.unavailable, 'network', 'No chain RPC answered.', 'Check chain.chain_rpc_url, or add more in chain.rpc_urls.'),
  CHAIN_WRONG_ID: entry(EXIT.refused, 'safety', 'The RPC serves another chain than the network.', 'Check chain.chain_rpc_url and network.'),
  CHAIN_NO_CODE: entry(EXIT.refused, 'safety', 'There is no contract at the configured address.', 'Check chain.vrf_range_contract and that the RPC serves the right chain.'),
  CHAIN_BAD_ANSWER: entry(EXIT.refused, 'safety', 'The RPC gave an answer that makes no sense.', 'Check chain.chain_rpc_url, or use another RPC.'),
  CHAIN_MISMATCH: entry(EXIT.refused, 'safety', 'The contracts name other contracts than the configuration does.', 'Check chain.contracts and that the RPC serves the right chain.'),
  CHAIN_REVERTED: entry(EXIT.refused, 'safety', 'The contract refuses this call; a transaction of it would fail.', 'aos register --check'),
  CHAIN_FLOW_UNKNOWN: entry(EXIT.usage, 'usage', 'The registry is none of the kinds the toolkit knows.', 'Check chain.contracts.registry, or name the kind with --flow.'),
  CHAIN_DOMAIN_UNKNOWN: entry(EXIT.refused, 'safety', 'AVSDirectory computes another digest than the toolkit; nothing was signed.', 'Check chain.contracts.avs_directory and that the RPC serves the right chain.'),

  LOGS_REFUSED: entry(EXIT.unavailable, 'network', 'The RPC will not give the logs that were asked for, in no range.', 'Give another RPC by --rpc-url or ETH_RPC_URL.'),
  SCAN_TOO_LARGE: entry(EXIT.usage, 'usage', 'Reading the history would take more requests than allowed; it was not read.', 'Read fewer blocks, use an RPC with a larger range, or raise --max-requests.'),

  // transactions
  TX_FEE_TOO_HIGH: entry(EXIT.tryLater, 'network', 'Gas costs more than --max-fee allows; nothing was sent.', 'Wait for cheaper gas, or raise the bound: --max-fee GWEI'),
  TX_INSUFFICIENT_FUNDS: entry(EXIT.refused, 'safety', 'The account cannot pay for the transaction; nothing was sent.', 'Send ETH to node_id and run the command again.'),
  TX_NOT_TAKEN: entry(EXIT.tryLater, 'network', 'The chain RPC did not take the signed transaction.', 'Run the command again: it makes a new one with the same nonce, so never both are mined.'),
  TX_STUCK: entry(EXIT.tryLater, 'network', 'An earlier transaction of this account is in the way.', 'aos tx list'),
  TX_LOCKED: entry(EXIT.tryLater, 'safety', 'Another command is sending a transaction for this node at this moment.', 'Run the command again when the other one has ended.'),
  TX_REVERTED: entry(EXIT.refused, 'safety', 'The transaction was mined, but its call failed: the chain changed after it was simulated.', 'Run the command again: it reads the chain anew.'),
  TX_REPLACED: entry(EXIT.refused, 'safety', 'Another transaction of the same account took its place; node_id is in use elsewhere.', 'See what node_id sent, then run the command again.'),
  TX_CANCELLED: entry(EXIT.refused, 'safety', 'The transaction was cancelled by aos tx cancel.', 'Run the command again to send a new one.'),
  OPEN_WORK: entry(EXIT.refused, 'safety', 'Jobs or challenges of this operator are still open; leaving now leaves them unanswered.', 'Wait until they are over (aos run answers them), or add --force.'),
  TX_UNKNOWN: entry(EXIT.usage, 'usage', 'There is no such transaction.', 'aos tx list'),
  TX_CLOSED: entry(EXIT.usage, 'usage', 'The transaction is decided already; nothing was sent.', 'aos tx list'),

  // dispatcher
  DISPATCHER_UNREACHABLE: entry(EXIT.unavailable, 'network', 'The dispatcher could not be reached.', 'See that it runs and that net.dispatcher_url is its address.'),
  DISPATCHER_REFUSED: entry(EXIT.unavailable, 'network', 'The dispatcher refused the request.', 'Check node_id and that this operator is registered with the dispatcher.'),
  DISPATCHER_TIMEOUT: entry(EXIT.unavailable, 'network', 'The dispatcher did not answer in time.', 'Nothing to do: the operator tries again.'),
  NOT_CONNECTED: entry(EXIT.unavailable, 'network', 'There is no connection to the dispatcher.', 'Nothing to do: the operator reconnects by itself.'),

  // worker
  WORKER_UNREACHABLE: entry(EXIT.unavailable, 'network', 'The worker did not answer.', 'Start the worker, or correct workers.<kind>.url.'),
  WORKER_BUSY: entry(EXIT.tryLater, 'network', 'The worker stayed busy for too long.', 'Add a worker, or raise workers.<kind>.ready_timeout.'),
  WORKER_TIMEOUT: entry(EXIT.unavailable, 'network', 'The worker took the question but sent no answer.', 'Look at the worker’s log; check that it can reach net.callback_url.'),
  WORKER_REFUSED: entry(EXIT.unavailable, 'network', 'The worker refused the question.', 'Look at the worker’s log.'),

  // alerts
  ALERT_NOT_SET: entry(EXIT.config, 'config', 'There is nobody to tell: the configuration names no webhook.', 'Set alerts.webhook_url, or AOS_ALERTS_WEBHOOK_URL.'),
  ALERT_UNREACHABLE: entry(EXIT.unavailable, 'network', 'The webhook for alerts did not take the alert; nobody was told.', 'Check alerts.webhook_url, then: aos alert test'),
  ALERT_REFUSED: entry(EXIT.unavailable, 'network', 'The webhook for alerts refused the alert; nobody was told.', 'Make a new webhook where the alerts go, put its URL into alerts.webhook_url, then: aos alert test'),

  // journal
  JOURNAL_LOCKED: entry(EXIT.refused, 'safety', 'Another aos run works for this node already; two would answer twice.', 'Stop the other one first; to find it: pgrep -af "(aos|run.cjs) run|operator-runer"'),
  JOURNAL_WRITE_FAILED: entry(EXIT.io, 'filesystem', 'The journal could not be written; nothing was acknowledged or signed.', 'Free disk space, or check the permissions of the state directory.'),
  JOURNAL_UNREADABLE: entry(EXIT.io, 'filesystem', 'The journal could not be opened.', 'Check the state directory; a damaged journal can be moved away, its unanswered jobs are then lost.'),
  JOURNAL_MISSING: entry(EXIT.io, 'filesystem', 'There is no journal where it should be: this node has not run here yet, or the configuration is another one’s.', 'Start aos run once, or name the node’s configuration: -c FILE'),
  JOB_UNKNOWN: entry(EXIT.negative, 'data', 'The journal holds no such job; those that are over are kept for store.retention.', 'aos job list'),
  JOB_AMBIGUOUS: entry(EXIT.usage, 'usage', 'Several jobs fit.', 'Give more of the id, or #NUMBER, --tag, --position.'),
  JOURNAL_DRIVER: entry(EXIT.unavailable, 'filesystem', 'No SQLite driver works on this machine.', 'Run npm ci again, or use Node 24.'),
  ANSWER_CONFLICT: entry(EXIT.refused, 'safety', 'A second, different answer for the same job was refused.', 'Nothing to do: the first answer stands.'),

  // evidence
  EVIDENCE_EXISTS: entry(EXIT.cannotWrite, 'filesystem', 'There is something at that path already; evidence is never overwritten by accident.', 'Name another directory by --out, or add --force to replace evidence gathered before.'),
  EVIDENCE_WRITE_FAILED: entry(EXIT.cannotWrite, 'filesystem', 'The evidence could not be written.', 'Check the directory and the free space.'),

  // control socket, status
  CONTROL_ABSENT: entry(EXIT.unavailable, 'network', 'No operator runs for this node on this machine.', 'Start it: aos run'),
  CONTROL_AMBIGUOUS: entry(EXIT.usage, 'usage', 'Several operators run on this machine.', 'Say which one by its configuration: -c FILE'),
  CONTROL_VERSION: entry(EXIT.protocol, 'network', 'The running operator is of another generation of aos.', 'Use the aos that the operator was started with, or restart the operator with this one.'),
  CONTROL_BROKEN: entry(EXIT.protocol, 'network', 'The control socket does not speak as aos does.', 'Restart the operator: aos run'),
  CONTROL_UNAVAILABLE: entry(EXIT.cannotWrite, 'filesystem', 'The control socket could not be made; the operator works without it.', 'Set AOS_HOME or XDG_RUNTIME_DIR to a directory you own.'),
  REPLAY_INVALID: entry(EXIT.data, 'data', 'The file is not a recorded stream of events.', 'Record one: aos run --json > run.ndjson'),
  STATUS_NOTHING_READ: entry(EXIT.unavailable, 'network', 'None of the sources could be read, so nothing is known.', 'Check the chain RPC and the configuration, then run the command again.'),

  // operator server, devnet
  PORT_IN_USE: entry(EXIT.unavailable, 'network', 'The port is taken by another program.', 'Choose another port, or stop the other program.'),
  LISTEN_FAILED: entry(EXIT.unavailable, 'network', 'The system does not let the operator listen at that address.', 'Correct the address: 0.0.0.0 is every address of this machine.'),
  ANVIL_MISSING: entry(EXIT.unavailable, 'filesystem', 'The development chain needs anvil, which is not installed.', 'Install Foundry (anvil on PATH), or set AOS_ANVIL to the program.'),
  ANVIL_FAILED: entry(EXIT.unavailable, 'network', 'anvil did not start.', 'Run the anvil program by hand to see why.'),
  DEVNET_NOT_RUNNING: entry(EXIT.unavailable, 'network', 'No devnet runs on this machine.', 'Start one: aos devnet up'),
  DEVNET_FAILED: entry(EXIT.unavailable, 'network', 'The devnet did not start, or it ended.', 'Run aos devnet up by itself to see why.'),
  NOT_LOOPBACK: entry(EXIT.refused, 'safety', 'The devnet signs for everyone; it listens on loopback only.', 'Use a 127.0.0.0/8 address.'),
  STATE_DIR_UNWRITABLE: entry(EXIT.cannotWrite, 'filesystem', 'The state directory cannot be written.', 'Set AOS_HOME (or store.dir, if the configuration has it) to a directory you own.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
