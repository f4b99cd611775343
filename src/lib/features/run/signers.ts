import type {SignerConfig} from '../../config/config.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../../node/events/events.ts';
import {createHealth} from '../../node/operator/health.ts';
import type {SignerLine} from '../../peers/signer/line.ts';
import {openSigners} from '../../peers/signer/open.ts';
import type {Web3SignerOptions} from '../../peers/signer/web3signer.ts';

/** How long one signature may take before it is asked for again; a cloud KMS needs up to a second. */
const SIGN_TIMEOUT_MS = 15_000;

/**
 * Opens the signers of a run as one; which one signs, and which could not, are events of the part `standby`.
 * @throws AosError SIGNER_URL_INVALID | SIGNER_TLS_INVALID | KEY_UNSAFE
 */
export function openRunSigners(
  {node}: Pick<SignerConfig, 'node'>,
  {time, emit, recover}: {time: Time; emit: Emit} & Required<Pick<Web3SignerOptions, 'recover'>>,
): SignerLine {
  const health = createHealth(emit, time);
  return openSigners(
    node,
    {address: node.id, timeoutMs: SIGN_TIMEOUT_MS, recover},
    {
      time,
      report: {
        failed: (use, error) => health.failed('standby', error, use),
        worked: (use) => health.worked('standby', use),
      },
    },
  );
}

/** Watches the signers while `work` runs. */
export async function watchedWhile<T>(
  signers: SignerLine,
  stop: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const {controller, unlink} = linkedAbort(stop);
  const watching = signers.watch(controller.signal);
  try {
    return await work();
  } finally {
    unlink();
    controller.abort();
    await watching;
  }
}
