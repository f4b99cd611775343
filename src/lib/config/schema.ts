import type {WorkerKind} from '../protocol/wire/messages.ts';
import {NETWORK_NAMES} from './networks.ts';
import {decimal, modelPair} from './engine-values.ts';
import {FILE_VERSION, fileVersion} from './file-version.ts';
import {
  address,
  addressRange,
  baseUrl,
  callbackUrl,
  dispatcherUrl,
  duration,
  ether,
  filePath,
  integer,
  listenAddress,
  metricsAddress,
  modelName,
  moment,
  oneOf,
  proofUrl,
  register,
  rpcUrl,
  seed,
  signerUrl,
  text,
  uint64,
} from './values.ts';
import {chatId, mailAddress, mailServer, secretFile} from './alert-values.ts';
import {SECOND, share} from './second-values.ts';
import {AT_ONCE} from './requests-at-once.ts';
import type {ValueType} from './value-type.ts';

type FieldFacts = {
  /** Dotted path in the file. */
  path: string;
  /** Its meaning in one sentence, for the reference. */
  meaning: string;
  /** A value that works. */
  example: string;
  /** The default, as it would be in the file; null when there is none. */
  fallback: string | null;
  /** Other paths with the same meaning, as files of the reference operator have them. */
  aliases: readonly string[];
  /** True: no variable sets it. */
  onlyInFile: boolean;
  /** True: its value is never shown. */
  secret: boolean;
};

/** A key with one value. */
export type Field<T> = FieldFacts & {kind: 'one'; type: ValueType<T>};
/** A key with a list of values; one value, or several with commas, are accepted too. */
export type ListField<T> = FieldFacts & {kind: 'many'; type: ValueType<T>};
/** A key of the reference operator that aos does not use: any value is accepted. */
export type UnusedField = FieldFacts & {kind: 'unused'};
export type AnyField = Field<unknown> | ListField<unknown> | UnusedField;

type Extra = {fallback?: string; aliases?: readonly string[]; secret?: true; onlyInFile?: true};

function facts(path: string, example: string, meaning: string, extra: Extra): FieldFacts {
  const {fallback = null, aliases = [], secret = false, onlyInFile = false} = extra;
  return {path, meaning, example, fallback, aliases, secret, onlyInFile};
}

function one<T>(
  path: string,
  type: ValueType<T>,
  example: string,
  meaning: string,
  extra: Extra = {},
): Field<T> {
  return {...facts(path, example, meaning, extra), kind: 'one', type};
}

function many<T>(
  path: string,
  type: ValueType<T>,
  example: string,
  meaning: string,
  extra: Extra = {},
): ListField<T> {
  return {...facts(path, example, meaning, extra), kind: 'many', type};
}

function unused(path: string, example: string, meaning: string, extra: Extra = {}): UnusedField {
  return {...facts(path, example, meaning, extra), kind: 'unused'};
}

const CONTRACT = '0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C';

function contract(name: string, meaning: string): Field<string> {
  return one(`chain.contracts.${name}`, address, CONTRACT, meaning);
}

function minSeverity(channel: string) {
  const meaning = `Least severity of the problems that go there: \`warning\` is all, \`critical\` is what costs money soon; a recovery goes where its problem went.`;
  return one(`alerts.${channel}.min_severity`, oneOf(['warning', 'critical']), 'critical', meaning, {
    fallback: 'warning',
  });
}

/** As `nitro-cli describe-eif` prints a register. */
const PCR =
  '4b4d5b3661b3efc12920900c80e126e4ce783c522de6c02a2a5bf7af3a2b9327b86776f188e4be1c1c404a129dbda493';

const YEAR = 366 * 86_400_000;

function worker(kind: WorkerKind, url: string) {
  const at = `workers.${kind}`;
  const only = AT_ONCE[kind];
  // The published zkml worker ends a verification after 600 s itself.
  const answerTime = kind === 'zkml' ? '610s' : '10m';
  const port = Number(new URL(url).port);
  // The published tee worker sends its answers to its own machine alone.
  const listed = `[${url}, ${kind === 'tee' ? `http://127.0.0.1:${port + 1}` : `http://10.0.0.7:${port}`}]`;
  const second = `http://10.0.0.8:${port}`;
  // prettier-ignore
  return {
    url: one(`${at}.url`, baseUrl, url, `Where the ${kind} worker listens.`, {fallback: url}),
    urls: many(`${at}.urls`, baseUrl, listed, `Where several ${kind} workers listen, in place of \`${at}.url\`; each request goes to the one with the least to do.`),
    concurrency: one(`${at}.concurrency`, integer(1, 1024), '4', `How many requests may be open at once at each worker${only}.`, {fallback: '1'}),
    readyTimeout: one(`${at}.ready_timeout`, duration(1), '10m', 'How long a worker may be busy or away before that is reported as a problem; jobs wait until `deadline`.', {fallback: '10m'}),
    answerTimeout: one(`${at}.answer_timeout`, duration(1), answerTime, 'How long to wait for an answer before the request is sent again.', {fallback: answerTime}),
    attempts: one(`${at}.attempts`, integer(1, 100), '3', 'How often a request that a worker took may time out or get lost; then the job is not asked again, but a late answer still counts.', {fallback: '3'}),
    deadline: one(`${at}.deadline`, duration(1_000), '110m', 'How long a job may be without an answer, counted anew at each start; then it is `unanswered`, which `on_failure` decides about.', {fallback: '110m'}),
    onFailure: one(`${at}.on_failure`, oneOf(['silent', 'empty']), 'silent', 'At the deadline send nothing (`silent`), or an empty result (`empty`), which a network may punish as an incorrect one.', {fallback: 'silent'}),
    second: one(`${at}.second`, baseUrl, second, SECOND[kind]),
    sample: one(`${at}.sample`, share, '0.05', `The share of jobs that \`${at}.second\` is asked about, above 0 and at most 1.`, {fallback: '0.05'}),
  };
}

/**
 * Every key of the configuration file: the reference operator's (docs/protocol.md#reference-configuration) and ours, with path, type, default and
 * meaning. Loading, warnings about unknown keys and the reference use this table.
 */
// prettier-ignore
export const FIELDS = {
  version: one('version', fileVersion, String(FILE_VERSION), 'Version of the keys, in a file that aos wrote: a later aos upgrades such a file, and no other. Leave it out of a file of your own.', {onlyInFile: true}),
  network: one('network', oneOf(NETWORK_NAMES), 'mainnet', 'Network that presets addresses and chain id; without it the file must set every chain value.', {fallback: 'custom'}),

  nodeId: one('node.node_id', address, '0x1111111111111111111111111111111111111111', 'Ethereum address of the operator.', {aliases: ['node_id']}),
  signerKey: one('node.signer_key', signerUrl, 'http://127.0.0.1:9000', 'URL of the Web3Signer with the key of `node_id`. A raw private key is refused.', {aliases: ['signer_key'], secret: true}),
  signerUrls: many('node.signer_urls', signerUrl, '[http://10.0.0.8:9000]', 'More Web3Signers with the same key, in order: one signs when those before it do not (docs/web3signer.md#several-signers).', {secret: true}),
  signerCa: one('node.signer_tls.ca', filePath, './signer-ca.pem', 'PEM file of the authority that signed the certificate of an https signer.'),
  signerCert: one('node.signer_tls.cert', filePath, './aos-client.pem', 'PEM file of the certificate that aos shows to the signer; needs `node.signer_tls.key`.'),
  signerCertKey: one('node.signer_tls.key', secretFile, './aos-client.key', 'PEM file (mode 0600) with the key of that certificate.'),
  signerPassphraseFile: one('node.signer_tls.passphrase_file', secretFile, './aos-client.passphrase', 'File (mode 0600) with the passphrase of that key.'),
  signerServerName: one('node.signer_tls.server_name', text, 'signer.example.org', 'The name in the signer’s certificate, where it differs from the host of the URL.'),
  vrfKeyFile: one('node.vrf_key_file', secretFile, './vrf.key', 'File (mode 0600) with the VRF seed, 64 hex digits.'),
  vrfKey: one('node.vrf_key', seed, 'vrf_key_file: ./vrf.key', 'The VRF seed itself, as in the reference; `node.vrf_key_file` is safer.', {secret: true}),
  dispatcherAddress: one('node.dispatcher_address', address, '0x1DdBd306eFFbb5FF29E41398A6a1198Ee6Fb51ce', 'Address that signs the dispatcher’s jobs; without it any valid signer is accepted.', {aliases: ['dispatcher.dispatcher_address']}),
  formerDispatchers: many('node.former_dispatchers', address, '["0x27e4384ecc11810c2F49914390052b22c4e3CcC0"]', 'Addresses that signed the dispatcher’s jobs before `node.dispatcher_address` changed. Only what checks jobs of that time takes them (`aos job verify`, `aos verify receipt`, `aos job show`): `aos run` takes no job from them.'),
  nodeType: one('node.node_type', text, 'opml', 'The kind of worker when there is no `workers` section, and the one that `net.worker_url` is the address of. One of opml, tee and zkml must be among the configured kinds; anything else is ignored.'),
  clockId: one('node.clock_id', uint64, '1', 'This node’s id in logical clocks.'),
  heartbeatInterval: one('node.heartbeat_interval', duration(1000, 3_600_000), '10', 'How often the connection is checked.', {fallback: '10s'}),
  shutdownGrace: one('node.shutdown_grace', duration(0), '30s', 'How long `aos run` waits for the jobs in progress when it stops.', {fallback: '30s'}),
  blsKeyFile: one('node.bls_key_file', filePath, './bls.json', 'Encrypted BLS keystore, for registration.'),
  blsPasswordFile: one('node.bls_password_file', secretFile, './bls.password', 'File (mode 0600) with the password of the BLS keystore.'),
  evidenceDir: one('node.evidence_dir', filePath, '/var/lib/aos-evidence', 'Directory of the receipts of answered jobs that the journal packs (default: `evidence` beside the journal).'),
  evidenceMib: one('node.evidence_mib', integer(0, 1_048_576), '4096', 'Most MiB of those receipts; the oldest go first, and with 0 none is kept.', {fallback: '1024'}),
  evidenceKeep: one('node.evidence_keep', duration(60_000, 10 * YEAR), '90d', 'How long those receipts are kept.', {fallback: '365d'}),
  cacheMsgMaximum: unused('node.cache_msg_maximum', '500', 'Not needed: the journal keeps every message.'),
  aiModels: unused('node.ai_models', '[llama-2-7b-chat]', 'Not needed: workers know their models.'),

  restUrl: one('net.rest_url', listenAddress, '0.0.0.0:21001', 'Address that the operator’s own HTTP server (`/ping`) listens on.', {fallback: '0.0.0.0:21001'}),
  outerUrl: one('net.outer_url', baseUrl, 'http://203.0.113.7:21001', 'Public URL of that server, for liveness probes.'),
  dispatcherUrl: one('net.dispatcher_url', dispatcherUrl, '127.0.0.1:8081', 'The dispatcher: host:port, ws:// or wss://; the path is /ws when none is given.', {aliases: ['dispatcher.dispatcher_url']}),
  callbackUrl: one('net.callback_url', callbackUrl, 'http://127.0.0.1:21001', 'Where workers send answers (default: `net.outer_url`, else `workers.callback_listen`, else `net.rest_url`). A route such as /api/opml_callback at its end is dropped.'),
  workerUrl: one('net.worker_url', baseUrl, '127.0.0.1:1234', 'Where the worker of the kind `node.node_type` listens, as in the reference: the same as `workers.opml.url` for opml.'),
  verifyDispatcher: one('net.verify_dispatcher', oneOf(['require', 'when-signed', 'off']), 'when-signed', 'Which jobs are rejected: wrongly signed ones, and unsigned ones once `node.dispatcher_address` has signed one (`when-signed`); unsigned ones from the start (`require`, needs `node.dispatcher_address`); none (`off`).', {fallback: 'when-signed'}),
  metricsUrl: one('net.metrics_url', metricsAddress, '127.0.0.1:9092', 'Where Prometheus reads `/metrics`, and others `/livez`, `/readyz` and the EigenLayer node API (docs/metrics.md); `off` serves none (default: 127.0.0.1:9092 on a public network, off on any other).'),
  trustedProxies: many('net.trusted_proxies', addressRange, '[127.0.0.1, 10.0.0.0/8]', 'Reverse proxies before `net.rest_url` that say who asked, in X-Forwarded-For or Forwarded; what comes from any other address is taken as its own.'),
  teeCid: unused('net.tee_llm_cid', '15', 'Not needed: workers are reached over HTTP.'),
  teePort: unused('net.tee_llm_port', '5005', 'Not needed: workers are reached over HTTP.'),

  rpcUrl: one('chain.chain_rpc_url', rpcUrl, 'https://rpc.example.org', 'The chain’s JSON-RPC.', {secret: true}),
  rpcUrls: many('chain.rpc_urls', rpcUrl, '[https://rpc.example.org, https://rpc.example.net]', 'More RPC URLs, tried in order.', {secret: true}),
  chainId: one('chain.chain_id', integer(1, Number.MAX_SAFE_INTEGER), '1', 'Chain id that the RPC must serve; without it (and without `network`) any is accepted.'),
  vrfRangeContract: one('chain.vrf_range_contract', address, '0x27e4384ecc11810c2F49914390052b22c4e3CcC0', 'Contract with the operators’ sampling ranges [chain.contracts.range_manager].'),
  vrfSortPrecision: one('chain.vrf_sort_precision', integer(1, 13), '6', 'How many hex digits of the VRF value decide the selection.', {fallback: '6'}),
  rangeRefresh: one('chain.range_refresh', duration(100), '60s', 'How often the sampling range is read again.', {fallback: '60s'}),
  quorums: many('chain.quorums', integer(0, 255), '[0, 1]', 'Quorums to register for (default: all whose minimum stake the operator has).'),
  socket: one('chain.socket', text, 'http://203.0.113.7:21001', 'Socket of the registration (default: `net.outer_url`).'),
  serviceManager: contract('service_manager', 'AOS service manager.'),
  registry: contract('registry', 'AOS registry coordinator.'),
  rangeManager: contract('range_manager', 'AOS operator range manager.'),
  challengeManager: contract('challenge_manager', 'AOS challenge manager.'),
  delegationManager: contract('delegation_manager', 'EigenLayer DelegationManager.'),
  avsDirectory: contract('avs_directory', 'EigenLayer AVSDirectory.'),
  allocationManager: contract('allocation_manager', 'EigenLayer AllocationManager.'),
  strategyManager: contract('strategy_manager', 'EigenLayer StrategyManager.'),
  rewardsCoordinator: contract('rewards_coordinator', 'EigenLayer RewardsCoordinator.'),
  penaltyLedger: contract('penalty_ledger', 'Contract that records penalties.'),
  keyRegistrar: contract('key_registrar', 'EigenLayer KeyRegistrar, for operator sets.'),
  permissionController: contract('permission_controller', 'EigenLayer PermissionController, for calls that an admin sends.'),
  slashers: many('chain.contracts.slashers', address, `["${CONTRACT}"]`, 'Contracts that may slash.'),

  networkStart: one('policy.network_start', moment, '2025-01-01', 'Start of the network; no slash is executed in its first year.'),
  offlineGrace: one('policy.offline_grace', duration(0, YEAR), '1h', 'Offline allowance: offline time without a penalty.', {fallback: '1h'}),
  penalty: one('policy.penalty', ether, '0.1', 'ETH for each longer offline period or failed verification.', {fallback: '0.1'}),
  checkpointPeriod: one('policy.checkpoint_period', duration(0, YEAR), '30m', 'Checkpoint period of the network.', {fallback: '30m'}),
  challengePeriod: one('policy.challenge_period', duration(0, YEAR), '3d', 'Challenge period of the network.', {fallback: '3d'}),

  opml: {
    ...worker('opml', 'http://127.0.0.1:1234'),
    engine: one('workers.opml.engine', oneOf(['published', 'openai']), 'openai', 'What the opml workers are: the `published` one, or OpenAI-compatible servers (vLLM, Ray Serve, llama.cpp, Ollama, TGI), which `url` names without /v1. Another engine than the network’s may give another text to the same prompt, which is an incorrect inference result (0.1 ETH).', {fallback: 'published'}),
    models: many('workers.opml.models', modelPair, '{llama-2-7b-chat.Q4_0.gguf: llama2:7b}', 'With `engine: openai` the engine’s model for each model of a job; a job with another model is not answered. In a variable: `JOB=ENGINE,…`.'),
    api: one('workers.opml.api', oneOf(['chat', 'completions']), 'chat', 'With `engine: openai` how it is asked: `chat` puts the prompt into the chat template of the model, `completions` gives it as it is.'),
    seed: one('workers.opml.seed', integer(0, 2 ** 31 - 1), '0', 'With `engine: openai` the seed for jobs that name none.', {fallback: '0'}),
    temperature: one('workers.opml.temperature', decimal(0, 2), '0', 'With `engine: openai` the temperature for jobs that name none; at 0 the likeliest token is taken.', {fallback: '0'}),
    topP: one('workers.opml.top_p', decimal(0, 1), '1', 'With `engine: openai` top_p for jobs that name none.', {fallback: '1'}),
    maxTokens: one('workers.opml.max_tokens', integer(1, 2 ** 31 - 1), '1024', 'With `engine: openai` how long the answer to a job that names no `max_tokens` may be. A text that this limit cuts is no answer.', {fallback: '1024'}),
    apiKeyFile: one('workers.opml.api_key_file', secretFile, './engine.key', 'File (mode 0600) with the API key that the engine wants, on one line.'),
    ca: one('workers.opml.ca', filePath, './engine-ca.pem', 'PEM file of the authority that signed the certificate of an https engine.'),
  },
  tee: {
    ...worker('tee', 'http://127.0.0.1:3000'),
    callbackPort: one('workers.tee.callback_port', integer(1, 65_535), '21001', 'Port on 127.0.0.1 where tee workers send their answers: the published one knows no other than 21001, whatever it is asked.', {fallback: '21001'}),
    verify: one('workers.tee.verify', oneOf(['require', 'record']), 'require', 'What becomes of an answer whose attestation is not valid: it is held, alerted and not sent unless you release it (`require`), or sent, with what was found kept beside it (`record`). Without it: `require` once `root` and `pcrs` are set, else `record` (docs/verification.md#tee-attestations).'),
    root: one('workers.tee.root', filePath, './nitro-root.pem', 'PEM file of the root certificate that attestations must lead to; `aos doctor` shows its sha256, which AWS publishes for its own.'),
    pcr0: many('workers.tee.pcrs.0', register, `[${PCR}]`, 'The allowed values of register 0 of the enclave, the measure of its whole image (`nitro-cli describe-eif`), 96 hex digits each.'),
    pcr1: many('workers.tee.pcrs.1', register, `[${PCR}]`, 'Those of register 1: kernel and boot.'),
    pcr2: many('workers.tee.pcrs.2', register, `[${PCR}]`, 'Those of register 2: the application.'),
    pcr3: many('workers.tee.pcrs.3', register, `[${PCR}]`, 'Those of register 3: the IAM role of the machine.'),
    pcr4: many('workers.tee.pcrs.4', register, `[${PCR}]`, 'Those of register 4: the id of the machine.'),
    pcr8: many('workers.tee.pcrs.8', register, `[${PCR}]`, 'Those of register 8: the certificate that signed the image.'),
  },
  zkml: {
    ...worker('zkml', 'http://127.0.0.1:3721'),
    knownGoodModel: one('workers.zkml.known_good.model', modelName, '1l_average', 'Model of a proof that is known to be good.'),
    knownGoodProof: one('workers.zkml.known_good.proof_path', proofUrl, 'https://example.org/proofs/good.json', 'Where the worker downloads that proof. A `false` is sent only if this proof, asked right after it, is `true`, because a worker without its SRS says `false` to everything; without it no `false` is sent. That shows that the worker works with the model of this proof: one whose verification key or size of SRS is wrong for another model still says `false` to its proofs, so best name a proof of the model that your jobs use.', {secret: true}),
    verify: one('workers.zkml.verify', oneOf(['worker', 'both', 'engine']), 'both', 'Who says whether a proof of a model in `workers.zkml.models` is true: the worker and the engine of aos, which have to agree (`both`), the worker alone, or the engine alone, which needs no worker. Of other models the worker says it alone, by `known_good`.', {fallback: 'both'}),
    engineDir: one('workers.zkml.engine_dir', filePath, '/opt/zk-engine', 'The folder that the engine of ezkl is installed in (default: zk-engine in the state directory); `aos doctor` has the command.'),
    allowPrivate: many('workers.zkml.allow_private', addressRange, '[10.1.0.0/16]', 'Private addresses that the proofs of jobs may be fetched from; without it only public ones are.'),
    repeats: one('workers.zkml.repeated_proofs', oneOf(['hold', 'allow']), 'hold', 'What happens to a job whose proof was that of an earlier job: its answer is held, or delivered.', {fallback: 'hold'}),
  },
  callbackListen: one('workers.callback_listen', listenAddress, '10.0.0.5:21002', 'Separate address for worker callbacks; without it only callbacks from this machine are accepted, at `net.rest_url`.'),

  storeDir: one('store.dir', filePath, '/var/lib/aos', 'Directory of the journal (default: one for this network and node in the state directory).'),
  retention: one('store.retention', duration(60_000, 10 * YEAR), '4d', 'How long results are sent again, and what is packed of a job is kept; at least checkpoint and challenge period together.', {fallback: '4d'}),

  logFormat: one('log.format', oneOf(['pretty', 'logfmt', 'json']), 'logfmt', 'Format of the log lines (default: pretty on a terminal, else logfmt).'),
  logLevel: one('log.level', oneOf(['debug', 'info', 'warn', 'error']), 'warn', 'Minimum log level; `aos run --log-level` overrides it.', {fallback: 'info'}),

  alertWebhook: one('alerts.webhook_url', rpcUrl, 'https://hooks.example.org/T0/B0/x', 'Where `aos run` sends alerts about problems and recoveries; the URL is never shown.', {secret: true}),
  webhookSeverity: minSeverity('webhook'),
  slackUrlFile: one('alerts.slack.url_file', secretFile, './slack.url', 'File (mode 0600) with the URL of an incoming webhook of Slack.'),
  slackSeverity: minSeverity('slack'),
  discordUrlFile: one('alerts.discord.url_file', secretFile, './discord.url', 'File (mode 0600) with the URL of a webhook of Discord.'),
  discordSeverity: minSeverity('discord'),
  telegramTokenFile: one('alerts.telegram.token_file', secretFile, './telegram.token', 'File (mode 0600) with the token of a bot of Telegram.'),
  telegramChat: one('alerts.telegram.chat_id', chatId, '-1001234567890', 'The chat that the bot writes to: a number, or @name of a public channel.'),
  telegramApi: one('alerts.telegram.api_url', baseUrl, 'https://api.telegram.org', 'Server of the Bot API, where it is one of your own.', {fallback: 'https://api.telegram.org'}),
  telegramSeverity: minSeverity('telegram'),
  mailServer: one('alerts.email.server', mailServer, 'smtp://mail.example.org:587', 'Server that takes the mail: `smtp://` with STARTTLS (without TLS only on this machine), `smtps://` with TLS from the beginning.'),
  mailUser: one('alerts.email.user', text, 'aos@example.org', 'User of that server, if it wants one; needs `alerts.email.password_file`.'),
  mailPasswordFile: one('alerts.email.password_file', secretFile, './mail.password', 'File (mode 0600) with the password of that user.'),
  mailFrom: one('alerts.email.from', mailAddress, 'aos@example.org', 'Address that the mail comes from.'),
  mailTo: many('alerts.email.to', mailAddress, '[oncall@example.org]', 'Addresses that the mail goes to.'),
  mailSeverity: minSeverity('email'),
  pagerdutyKeyFile: one('alerts.pagerduty.key_file', secretFile, './pagerduty.key', 'File (mode 0600) with the integration key of an Events API v2 integration of PagerDuty.'),
  pagerdutyUrl: one('alerts.pagerduty.url', baseUrl, 'https://events.eu.pagerduty.com/v2/enqueue', 'The Events API of your service region.', {fallback: 'https://events.pagerduty.com/v2/enqueue'}),
  pagerdutySeverity: minSeverity('pagerduty'),
  watchdogUrlFile: one('alerts.watchdog.url_file', secretFile, './watchdog.url', 'File (mode 0600) with the URL of a dead man’s switch, which `aos run` requests while the node is healthy.'),
  watchdogInterval: one('alerts.watchdog.interval', duration(10_000, 3_600_000), '1m', 'How often that URL is requested.', {fallback: '1m'}),
  alertDelay: one('alerts.delay', duration(0, 3_600_000), '30s', 'How long a problem (or its recovery) must last before an alert is sent.', {fallback: '30s'}),
  noJobAfter: one('alerts.no_job_after', duration(60_000, YEAR), '6h', 'How long no job may come, while connected, before that is a problem (default: 10 times the usual gap between two jobs, at least 30m; 1d while fewer than 20 jobs are known).'),

  storageRoot: unused('db.storage_root_path', './data', 'Not used: the journal is in `store.dir`.'),
  pgUrl: unused('db.pg_db_url', 'postgres://user@127.0.0.1:5432', 'Not used yet: aos keeps its journal in SQLite.', {secret: true}),
  pgName: unused('db.pg_db_name', 'operator_db', 'Not used yet.'),
  pgMax: unused('db.max_connect_pool', '30', 'Not used yet.'),
  pgMin: unused('db.min_connect_pool', '10', 'Not used yet.'),
  pgConnect: unused('db.connect_timeout', '30', 'Not used yet.'),
  pgAcquire: unused('db.acquire_timeout', '60', 'Not used yet.'),
  queueUrl: unused('queue.queue_url', 'redis://127.0.0.1:6379/', 'Not needed: the journal is the queue.', {secret: true}),
  queueTopic: unused('queue.topic', 'task', 'Not needed.'),
  readMaximum: unused('api.read_maximum', '20', 'Not needed.'),
} as const;

/** All fields in the order of the reference. */
export const ALL_FIELDS: readonly AnyField[] = Object.values(FIELDS).flatMap((field): readonly AnyField[] =>
  'kind' in field ? [field] : Object.values(field),
);

/** Returns the environment variables of a field, the recommended one first: `AOS_` + path, dots as underscores. */
export function envNames(field: AnyField): readonly string[] {
  // Images and scripts set AOS_VERSION for purposes of their own.
  if (field.kind === 'unused' || field.onlyInFile) return [];
  const name = (path: string) => `AOS_${path.toUpperCase().replaceAll('.', '_')}`;
  const short = field.aliases.filter((alias) => !alias.includes('.'));
  return [...short, field.path].map(name);
}

/** Returns every path that a file may have for a field, the field's own first. */
export function pathsOf({path, aliases}: Pick<AnyField, 'path' | 'aliases'>): readonly string[] {
  return [path, ...aliases];
}
