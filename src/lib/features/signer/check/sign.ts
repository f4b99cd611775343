import {say} from '../../../foundation/next-step/next-step.ts';
import {eip191Digest, toHex} from '../../../protocol/wire/ethereum.ts';
import {rpcFailure} from '../../../peers/signer/rpc.ts';
import {takeSignature} from '../../../peers/signer/signature.ts';
import {ok, type CheckContext, type Step} from './step.ts';

export const SLOW_BACKEND = {
  means: 'the key backend (KMS, Vault, Azure) is slow or stuck',
  next: say('Run Web3Signer in the region of its key backend; check that it can reach it.'),
};

/** Signs one harmless text with a fresh nonce and checks the signature. @throws AosError SIGNER_* */
export async function signProbe(
  {rpc, url, address, random}: CheckContext,
  signal: AbortSignal,
): Promise<void> {
  const message = Buffer.from(`AOS signer check, not a transaction: ${toHex(random(32))}`);
  const reply = await rpc.call('eth_sign', `["${address.toLowerCase()}","0x${toHex(message)}"]`, signal);
  if (reply.kind !== 'result') throw rpcFailure('eth_sign', reply, url.host);
  takeSignature(reply.value, eip191Digest(message), address);
}

/** One message signature, recovered. */
export const signStep: Step = {
  id: 'signer.sign',
  needs: ['signer.accounts'],
  asked: ({at}) => `eth_sign of a random text at ${at}`,
  slow: SLOW_BACKEND,
  async run(context, signal) {
    await signProbe(context, signal);
    return ok('65 bytes, v 27/28, low s', `the signature recovers to ${context.address}`);
  },
};
