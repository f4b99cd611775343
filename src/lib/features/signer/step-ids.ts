/** The steps of `signer check`, in the order they run; the same ids as in `aos doctor`. */
export const STEP_IDS = [
  'signer.url',
  'signer.connect',
  'signer.tls',
  'signer.upcheck',
  'signer.health_status',
  'signer.healthcheck',
  'signer.accounts',
  'signer.sign',
  'signer.typed_data',
  'signer.transaction',
  'signer.strangers',
  'signer.latency',
  'signer.exposure',
] as const;

export type StepId = (typeof STEP_IDS)[number];
