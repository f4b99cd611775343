/** What is wrong with a document that is well formed. */
export type AttestationFault =
  'expired' | 'old' | 'other-image' | 'debug' | 'other-root' | 'bad-signature' | 'replayed';

/** The tee worker's faults; read again for each request, so they may change while the worker runs. */
export type TeeFaults = {
  /**
   * What becomes of the enclave: it was never there, it is gone before the first question, or it ends during it. A worker
   * that is started again has one.
   */
  enclave?: 'none' | 'gone' | 'dies';
  /** Every question is refused as one too many. */
  busy?: boolean;
  /** Answers are made and never posted. */
  never?: boolean;
  /** Post the answer before the reply to the question. */
  early?: boolean;
  /** Answer with an unknown request id. */
  otherId?: boolean;
  /** Answer with an empty text. */
  emptyAnswer?: boolean;
  /** Answer with a text of 5 MiB. */
  hugeAnswer?: boolean;
  /** The attestation is a text that is no base64. */
  badAttestation?: boolean;
  /** The attestation is a document that proves nothing. */
  attestation?: AttestationFault;
  /** The answer is changed after the enclave attested it. */
  alteredAnswer?: boolean;
};

type NamedTeeFault = {readonly means: string; readonly tee: TeeFaults};

/** The faults by the names that `--fault` takes after `worker-`; one that another kind has too is the same there. */
export const TEE_FAULTS = {
  'no-enclave': {
    means:
      'the tee worker is started without its enclave: every question is refused, with a status that is well',
    tee: {enclave: 'none'},
  },
  'enclave-gone': {
    means:
      'the enclave ends while the tee worker is idle: one question is taken, then it is busy until it is started again',
    tee: {enclave: 'gone'},
  },
  'enclave-dies': {
    means: 'the enclave ends during the first question: the tee worker is busy until it is started again',
    tee: {enclave: 'dies'},
  },
  'expired-attestation': {
    means: 'the certificate of the attestation ended an hour before',
    tee: {attestation: 'expired'},
  },
  'old-attestation': {means: 'the attestation is an hour old', tee: {attestation: 'old'}},
  'other-image': {
    means: 'the attestation is of an enclave with another program',
    tee: {attestation: 'other-image'},
  },
  'debug-enclave': {
    means: 'the attestation is of an enclave in debug mode',
    tee: {attestation: 'debug'},
  },
  'other-root': {means: 'the attestation leads to another root', tee: {attestation: 'other-root'}},
  'forged-attestation': {
    means: 'the attestation is signed by a key that is not its own',
    tee: {attestation: 'bad-signature'},
  },
  'replayed-attestation': {
    means: 'every answer comes with the first attestation',
    tee: {attestation: 'replayed'},
  },
  'altered-answer': {
    means: 'the answer is changed after the enclave attested it',
    tee: {alteredAnswer: true},
  },
  'bad-attestation': {means: 'the attestation is no base64', tee: {badAttestation: true}},
  busy503: {means: 'the worker is busy for ever, by HTTP 503', tee: {busy: true}},
  'early-callback': {means: 'the answer comes before the reply to its request', tee: {early: true}},
  silent: {means: 'the worker never answers', tee: {never: true}},
  'empty-answer': {means: 'the worker answers with an empty text', tee: {emptyAnswer: true}},
  'huge-answer': {means: 'the worker answers with 5 MiB', tee: {hugeAnswer: true}},
  'foreign-callback': {means: 'the worker answers a request that there is not', tee: {otherId: true}},
} as const satisfies Readonly<Record<string, NamedTeeFault>>;

/** The faults of a worker that is started again: it finds its enclave. */
export function faultsOfRestart(faults: TeeFaults): TeeFaults {
  const {enclave: _, ...others} = faults;
  return others;
}
