import {say, type NextStep} from '../../foundation/next-step/next-step.ts';

/** The step of starting Web3Signer with options of its own, which its command line takes before `eth1` only. */
export function startWith(options: string): NextStep {
  return say(`Start Web3Signer with ${options} before eth1`);
}

/**
 * The options of TLS. With a certificate of its own Web3Signer does not start without a word on those of its clients; the
 * file of known ones has the line of the certificate in node.signer_tls.cert (docs/web3signer.md#client-certificates).
 */
export const TLS_OPTIONS =
  '--tls-keystore-file=FILE --tls-keystore-password-file=FILE --tls-known-clients-file=FILE';
