import * as v from 'valibot';
import {SIGNER_FAULTS, signerFault} from '../../../devnet/faults.ts';
import {NO_FAULT, type SignerFaultChange} from '../../../devnet/signer-fault.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {postToDevnet} from './socket.ts';

/** What a signer can be set to. */
export const FAULT_NAMES: readonly string[] = [...SIGNER_FAULTS, NO_FAULT];

/** The names with what each means, a line each. */
export const FAULT_HELP = SIGNER_FAULTS.map((name) => `${name}: ${signerFault(name)?.means ?? ''}`).join(
  '\n',
);

const changeSchema = v.object({
  part: v.literal('signer'),
  fault: v.nullable(v.string()),
  means: v.nullable(v.string()),
});
const refusalSchema = v.object({message: v.string()});
const TIMEOUT_MS = 30_000;
/** There is no such fault, or the signer is stopped. */
const REFUSED = 409;

/**
 * Sets what the signer of the running devnet does wrong from now on.
 * @param socket of `devnet.json`
 * @param name one of {@link FAULT_NAMES}
 * @throws AosError DEVNET_NOT_RUNNING | DEVNET_FAILED | USAGE for a signer that is stopped
 */
export async function changeFault(socket: string, name: string): Promise<SignerFaultChange> {
  const {status, body} = await postToDevnet(socket, `/fault/signer/${name}`, {timeoutMs: TIMEOUT_MS});
  const change = v.safeParse(changeSchema, body);
  if (status === 200 && change.success) return change.output;
  const refusal = v.safeParse(refusalSchema, body);
  const said = refusal.success ? refusal.output.message : `it answered HTTP ${status}`;
  throw new AosError(status === REFUSED ? 'USAGE' : 'DEVNET_FAILED', said);
}

/** One line: what it does from now on. */
export function renderFault({fault, means}: SignerFaultChange): string {
  return fault === null || means === null
    ? 'the signer does nothing wrong any more'
    : `${means}; aos devnet fault signer ${NO_FAULT} ends it`;
}
