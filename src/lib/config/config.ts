import type {WorkerKind} from '../protocol/wire/messages.ts';

/** Where a worker of one kind is and how patient we are with it. Durations in ms. */
export type WorkerConfig = {
  url: string;
  concurrency: number;
  /** How long a busy worker is waited for. */
  readyTimeoutMs: number;
  /** How long an answer is waited for before the question is put again. */
  answerTimeoutMs: number;
  /** How often a question is put at most. */
  attempts: number;
};

export type ListenAddress = {host: string; port: number};

export type VerifyDispatcher = 'require' | 'when-signed' | 'off';

/** Where the VRF seed is; `read` gives 64 lower-case hex digits. File paths are absolute. */
export type VrfKeySource = {kind: 'file'; path: string} | {kind: 'inline'; read: () => string};

/** Contract addresses, null where neither file nor preset says. */
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
  slashers: readonly string[];
};

/** What checking the signer needs of the configuration. */
export type SignerConfig = {
  network: string;
  chainId: number | null;
  node: {id: string; signerUrl: string};
};

/**
 * The checked configuration: docs/protocol.md#reference-configuration with every default filled in. Addresses are
 * EIP-55 checksummed.
 */
export type Config = {
  /** Preset name, or `custom` when the file names none. */
  network: string;
  /** Null where neither file nor preset says; the RPC's own is then taken. */
  chainId: number | null;
  node: {
    id: string;
    signerUrl: string;
    /** Never the seed itself, only where it is: a Config can be logged. */
    vrfKey: VrfKeySource;
    dispatcherAddress: string | null;
    clockId: bigint | null;
    heartbeatIntervalMs: number;
    blsKeyFile: string | null;
    blsPasswordFile: string | null;
  };
  net: {
    listen: ListenAddress;
    outerUrl: string | null;
    /** ws:// or wss:// URL with path. */
    dispatcherUrl: string;
    /** Base URL that workers call back on, without trailing slash. */
    callbackUrl: string;
    verifyDispatcher: VerifyDispatcher;
  };
  chain: {
    rpcUrls: readonly string[];
    vrfRangeContract: string;
    vrfSortPrecision: number;
    /** How often the sampling range is read again. */
    rangeRefreshMs: number;
    contracts: Contracts;
    /** Quorums to register for; null: all whose minimum stake is met. */
    quorums: readonly number[] | null;
    /** Socket given at registration. */
    socket: string | null;
  };
  policy: {
    /** Unix ms; null when the file does not say. */
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
  };
  /** Format null: the one that fits stderr. Level: the least that is logged. */
  log: {format: 'pretty' | 'logfmt' | 'json' | null; level: 'debug' | 'info' | 'warn' | 'error'};
  /** Webhook: behind a function, since its URL is a secret; null: nobody is told. */
  alerts: {webhook: (() => string) | null; delayMs: number};
  /** How long `aos run` waits for jobs in hand when told to stop. */
  shutdownGraceMs: number;
};

/** Something to tell the operator that does not stop the start. */
export type ConfigWarning = {
  code:
    | 'UNKNOWN_KEY'
    | 'UNKNOWN_VARIABLE'
    | 'SECTION_UNUSED'
    | 'INLINE_VRF_KEY'
    | 'FILE_READABLE'
    | 'KIND_UNSUPPORTED'
    | 'CALLBACK_UNREACHABLE';
  /** Dotted path in the file, or the name of the variable. */
  path: string;
  message: string;
};
