/** Faults of the zkml worker and of the server of its proofs; read again for each request. */
export type ZkmlFaults = {
  /** The worker has no SRS: it says "false" to every proof. */
  noSrs?: boolean;
  /** The worker has no ezkl program: code 1004 to every request that comes so far. */
  noEzkl?: boolean;
  /** Every request is refused as one too many. */
  busy?: boolean;
  /** Every request to verify is refused with HTTP 422. */
  refuses?: boolean;
  /** A verification never ends by itself. */
  never?: boolean;
  /** It says the other word of one proof in five. */
  lies?: boolean;
  /** The server of the proofs waits this long before it answers, ms. */
  slowProofsMs?: number;
};

type NamedZkmlFault = {readonly means: string; readonly zkml: ZkmlFaults};

const SLOW_MS = 6_000;

/** The faults by the names that `--fault` takes after `worker-`; one that another kind has too is the same there. */
export const ZKML_FAULTS = {
  'no-srs': {means: 'the zkml worker has no SRS: it says "false" to every proof', zkml: {noSrs: true}},
  'code-1004': {
    means: 'the zkml worker has no ezkl: it answers every request with code 1004 and an error text',
    zkml: {noEzkl: true},
  },
  lies: {
    means: 'the zkml worker says the other word of one proof in five',
    zkml: {lies: true},
  },
  'slow-proofs': {
    means: `the server of the proofs takes ${SLOW_MS / 1000} s for each, which holds up all requests of the zkml worker`,
    zkml: {slowProofsMs: SLOW_MS},
  },
  busy503: {means: 'the worker is busy for ever, by HTTP 503', zkml: {busy: true}},
  silent: {means: 'the worker never answers', zkml: {never: true}},
} as const satisfies Readonly<Record<string, NamedZkmlFault>>;
