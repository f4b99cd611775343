/** The faults of the devnet's signer, each with its real cause; all off by default. */
export type SignerFaults = {
  /** Delay of every JSON-RPC answer in ms: a slow machine. */
  latencyMs?: number;
  /** Delay of every signature in ms: a slow KMS. */
  backendMs?: number;
  /** HTTP 500 -32603 on signing with these addresses (`all`: every key): the key backend is down. */
  kmsDown?: readonly string[] | 'all';
  /** Drops the connection instead of answering: `always`, or only on a connection that has served before (stale keep-alive). */
  reset?: 'always' | 'reused';
  /** eth_signTransaction signs for this chain id instead of its own. */
  wrongChainId?: number;
  /** A version before 25.9.0: no health_status, wrong eth_signTypedData, reload answers 200. */
  oldVersion?: boolean;
  /** Every transaction becomes a legacy one: a version before 23.8.0, or a proxy that removes fields. */
  strip1559?: boolean;
  /** Message signatures are by another key than the account's. */
  wrongKey?: boolean;
  /** Signs for unknown accounts with its first key, which no Web3Signer does. */
  signForAnyone?: boolean;
  /** Has no keys. */
  noKeys?: boolean;
  /** The YAML key files of these addresses could not be loaded (`all`: every one), which /healthcheck does not show. */
  failedKeys?: readonly string[] | 'all';
  /** A random nonce for every signature, as with cloud KMS keys. */
  randomNonces?: boolean;
  /** Signatures in a form contracts refuse: s in the upper half, v 0/1, or 64 bytes. */
  malformed?: 'high-s' | 'bare-v' | 'short';
  /** This text replaces the hex result of an answer. */
  result?: string;
  /** /healthcheck: keystores are loaded in bulk, and all of them loaded; some failed to load; or a procedure threw. */
  health?: 'bulk' | 'down' | 'failed';
  /** JSON-RPC never answers, /upcheck and /healthcheck do: all worker threads wait for each other. */
  wedged?: boolean;
  /** Connections that wait for an answer this long are dropped, ms: the idle limit, shorter than a slow key backend. */
  idleMs?: number;
  /** The Host header of every request, as a proxy on the way rewrites it. */
  host?: string;
  /** Runs as `web3signer eth2`: no JSON-RPC route. */
  eth2?: boolean;
  /** `applyHash: false` of REST sign is honoured (later versions). */
  applyHash?: boolean;
};
