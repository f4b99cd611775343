import type {WorkerKind} from '../protocol/wire/messages.ts';
import type {AllowedRegisters} from '../protocol/attestation/report.ts';

/** The addresses of the workers of one kind, and their limits. Durations in ms. */
export type WorkerConfig = {
  /** At least one; no two are equal. */
  urls: readonly string[];
  /** Most requests that are open at once at each of them. */
  concurrency: number;
  /** How long a worker may be busy or away before that is a problem. */
  readyTimeoutMs: number;
  /** How long to wait for an answer before the request is sent again. */
  answerTimeoutMs: number;
  /** Most requests of a job that were taken and then timed out or got lost. */
  attempts: number;
  /** How long a job may be without an answer, from the start of the operator or its selection. */
  deadlineMs: number;
  /** What is sent at the deadline. */
  onFailure: 'silent' | 'empty';
  /** Of tee: where on 127.0.0.1 workers send their answers. */
  callbackPort?: number;
  /** Of tee: what becomes of attestations. */
  attestation?: TeeAttestation;
  /** Of zkml: by it a `false` is believed; null or absent: none is. */
  knownGood?: KnownGood | null;
  /** Of zkml: how proofs are checked here; absent: none is. */
  proofs?: ProofChecks;
  /** Of opml: the workers are OpenAI-compatible servers; null or absent: the published worker. */
  engine?: EngineConfig | null;
  /** Another worker, and the share of jobs that it is asked about too; null or absent: there is none. */
  second?: SecondConfig | null;
};

/** How an OpenAI-compatible server is asked in place of the published opml worker. */
export type EngineConfig = {
  /** `chat`: with the chat template of the model; `completions`: the prompt as it is. */
  api: 'chat' | 'completions';
  /** The engine’s model by that of the job. */
  models: ReadonlyMap<string, string>;
  /** Where a job does not say them. */
  seed: number;
  temperature: number;
  topP: number;
  maxTokens: number;
  /** Absolute paths; null: none. */
  apiKeyFile: string | null;
  ca: string | null;
  /** The log-probability of each token is asked for. */
  logprobs: boolean;
};

/** A worker whose answers are compared with those that are to be delivered. */
export type SecondConfig = {url: string; sample: number};

/** The files of a model whose proofs are checked here: absolute paths, and their SHA-256 in lower-case hex. */
export type ProofModel = {
  vk: string;
  vkSha256: string;
  /** null: of snarkjs, by Groth16. */
  settings: string | null;
  settingsSha256: string | null;
  /** null: the one of the ceremony. */
  srs: string | null;
  srsSha256: string | null;
};

/** How the proofs of zkml jobs are checked here. */
export type ProofChecks = {
  /** Who says whether a proof of one of `models` is true; of other models the worker says it. */
  verify: 'worker' | 'both' | 'engine';
  models: ReadonlyMap<string, ProofModel>;
  /** Where the engine is installed; null: no state directory is known, and none is named. */
  engineDir: string | null;
  /** Private ranges that proofs may be fetched from. */
  allowPrivate: readonly string[];
  /** What happens to a job with the proof of an earlier one. */
  repeats: 'hold' | 'allow';
};

/** A proof that is known to be good: its model, and the http(s) URL that a zkml worker downloads it from. */
export type KnownGood = {model: string; proofPath: string};

/** What becomes of the attestations of tee workers. */
export type TeeAttestation = {
  /** `require`: an answer whose attestation is not valid is held. `record`: it is delivered, and what was found is kept. */
  verify: 'require' | 'record';
  /** Absolute path of the root certificate; null: none is configured. */
  rootFile: string | null;
  registers: AllowedRegisters;
};

/** Where receipts are kept past the evidence period, how many bytes of them (0: none), and for how long. */
export type EvidenceConfig = {dir: string; mostBytes: number; keepMs: number};

export type ListenAddress = {host: string; port: number};

export type VerifyDispatcher = 'require' | 'when-signed' | 'off';

/** The place of the VRF seed; `read` returns 64 lower-case hex digits. File paths are absolute. */
export type VrfKeySource = {kind: 'file'; path: string} | {kind: 'inline'; read: () => string};

/** Contract addresses; null where neither file nor preset has one. */
export type Contracts = {
  serviceManager: string | null;
  registry: string | null;
  rangeManager: string | null;
  challengeManager: string | null;
  delegationManager: string | null;
  avsDirectory: string | null;
  allocationManager: string | null;
  strategyManager: string | null;
  rewardsCoordinator: string | null;
  penaltyLedger: string | null;
  keyRegistrar: string | null;
  permissionController: string | null;
  slashers: readonly string[];
};

/** Files for TLS with the signer; absolute paths, null where none is configured. `cert` and `key` come together. */
export type SignerTls = {
  ca: string | null;
  cert: string | null;
  key: string | null;
  passphraseFile: string | null;
  /** The name that its certificate is for; null: the host of the URL. */
  serverName: string | null;
};

/** Where the key of node_id signs. */
export type SignerAccess = {
  signerUrl: string;
  /** More signers with the same key, in the order in which they stand in. */
  otherSigners: readonly string[];
  /** Null: Node's own list of authorities, and no client certificate. */
  signerTls: SignerTls | null;
};

/** The part of the configuration that checking the signer needs. */
export type SignerConfig = {
  network: string;
  chainId: number | null;
  node: {id: string} & SignerAccess;
  /** None where the file names none. */
  chain: {rpcUrls: readonly string[]};
};

/** Where mail goes; `isTls`: TLS from the beginning, else STARTTLS. */
export type MailServer = {host: string; port: number; isTls: boolean};

/** The least severity of the problems that go to a channel. */
export type MinSeverity = 'warning' | 'critical';

/** Names of the ways on which alerts go out, which are sections of `alerts`. */
export const CHANNEL_NAMES = ['webhook', 'slack', 'discord', 'telegram', 'email', 'pagerduty'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** One way on which alerts go out. Files are absolute paths; each holds a secret. */
export type AlertChannel = {minSeverity: MinSeverity} & (
  | {name: 'webhook'; url: () => string}
  | {name: 'slack' | 'discord'; urlFile: string}
  | {name: 'telegram'; tokenFile: string; chatId: string; apiUrl: string}
  | {
      name: 'email';
      server: MailServer;
      user: string | null;
      passwordFile: string | null;
      from: string;
      to: readonly string[];
    }
  | {name: 'pagerduty'; keyFile: string; url: string}
);

/** A URL, in a file, that is requested while the node is healthy. */
export type WatchdogConfig = {urlFile: string; intervalMs: number};

/**
 * The checked configuration: docs/protocol.md#reference-configuration with every default filled in. Addresses are
 * EIP-55 checksummed.
 */
export type Config = {
  /** Preset name, or `custom` when the file names none. */
  network: string;
  /** Null where neither file nor preset has one: use the chain id of the RPC. */
  chainId: number | null;
  node: {
    id: string;
    /** The place of the seed, never the seed: a Config may be logged. */
    vrfKey: VrfKeySource;
    dispatcherAddress: string | null;
    clockId: bigint | null;
    heartbeatIntervalMs: number;
    blsKeyFile: string | null;
    blsPasswordFile: string | null;
  } & SignerAccess;
  net: {
    listen: ListenAddress;
    outerUrl: string | null;
    /** ws:// or wss:// URL with path. */
    dispatcherUrl: string;
    /** Base URL for the callbacks of workers, without trailing slash. */
    callbackUrl: string;
    verifyDispatcher: VerifyDispatcher;
    /** Addresses and ranges of proxies that say who asked. */
    trustedProxies: readonly string[];
    /** Where metrics and the node API are served; null: nowhere. */
    metrics: ListenAddress | null;
  };
  chain: {
    rpcUrls: readonly string[];
    vrfRangeContract: string;
    vrfSortPrecision: number;
    /** Period of reading the sampling range again. */
    rangeRefreshMs: number;
    contracts: Contracts;
    /** Quorums to register for; null: all whose minimum stake the operator has. */
    quorums: readonly number[] | null;
    /** Socket of the registration. */
    socket: string | null;
  };
  policy: {
    /** Unix ms; null when not configured. */
    networkStart: number | null;
    offlineGraceMs: number;
    penaltyWei: bigint;
    checkpointPeriodMs: number;
    challengePeriodMs: number;
  };
  workers: {
    kinds: Partial<Record<WorkerKind, WorkerConfig>>;
    /** Own listener for callbacks; null: loopback connections to `net.listen`. */
    callbackListen: ListenAddress | null;
  };
  store: {
    /** Directory of the journal and its lock. */
    dir: string;
    /** How long results are kept and re-sent. */
    retentionMs: number;
    evidence: EvidenceConfig;
  };
  /** Format null: pretty on a terminal, else logfmt. Level: minimum log level. */
  log: {format: 'pretty' | 'logfmt' | 'json' | null; level: 'debug' | 'info' | 'warn' | 'error'};
  alerts: {
    /** Behind a function because its URL is a secret; also among the channels. Null: there is none. */
    webhook: (() => string) | null;
    /** None: no alerts are sent. */
    channels: readonly AlertChannel[];
    /** The dead man's switch; null: there is none. */
    watchdog: WatchdogConfig | null;
    delayMs: number;
    /** So much time connected without a job is a problem; null: it is worked out from the jobs before. */
    noJobAfterMs: number | null;
  };
  /** How long `aos run` waits for the jobs in progress when it stops. */
  shutdownGraceMs: number;
};

/** A remark for the operator that does not prevent the start. */
export type ConfigWarning = {
  code:
    | 'UNKNOWN_KEY'
    | 'UNKNOWN_VARIABLE'
    | 'SECTION_UNUSED'
    | 'INLINE_VRF_KEY'
    | 'FILE_READABLE'
    | 'KIND_UNSUPPORTED'
    | 'KNOWN_GOOD_MISSING'
    | 'CALLBACK_UNREACHABLE'
    | 'CONTRADICTION'
    | 'LOOPBACK_PEER'
    | 'PLAIN_TRANSPORT'
    | 'PROXY_UNUSABLE'
    | 'METRICS_OPEN'
    | 'PUBLISHED_ADDRESS';
  /** Dotted path in the file, or the name of the variable. */
  path: string;
  message: string;
};
