/** The faults of the stand-in; all off by default. Each names a real-world cause. */
export type SignerFaults = {
  /** Added to every JSON-RPC answer, ms: a slow KMS. */
  latencyMs?: number;
  /** HTTP 500 -32603 on signing with these addresses (`all`: every key): the key backend is down. */
  kmsDown?: readonly string[] | 'all';
  /** Drops the connection instead of answering: `always`, or only on a connection that has served before (stale keep-alive). */
  reset?: 'always' | 'reused';
  /** eth_signTransaction signs for this chain id instead of its own. */
  wrongChainId?: number;
  /** Before 25.9.0: no health_status, wrong eth_signTypedData, reload answers 200. */
  oldVersion?: boolean;
  /** Every transaction becomes a legacy one: before 23.8.0, or a proxy that strips fields. */
  strip1559?: boolean;
  /** Message signatures come from another key than the account's. */
  wrongKey?: boolean;
  /** Signs for unknown accounts with its first key, which no Web3Signer does. */
  signForAnyone?: boolean;
  /** Has no keys. */
  noKeys?: boolean;
  /** Another random nonce for every signature, as cloud KMS keys have. */
  randomNonces?: boolean;
  /** Signatures in a form contracts refuse: s in the upper half, v 0/1, or 64 bytes. */
  malformed?: 'high-s' | 'bare-v' | 'short';
  /** This text in place of an answer's hex result. */
  result?: string;
  /** /healthcheck: key files that failed to load, or a procedure that threw. */
  health?: 'down' | 'failed';
  /** Runs as `web3signer eth2`: no JSON-RPC route. */
  eth2?: boolean;
  /** `applyHash: false` of REST sign is honoured (later versions). */
  applyHash?: boolean;
};
