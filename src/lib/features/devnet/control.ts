import * as v from 'valibot';
import {DEVNET_PARTS, type DevnetPart} from '../../../devnet/control.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {postToDevnet} from './socket.ts';

/** What became of a part of the devnet; `changed` is false where it was so before. */
export type PartChange = {part: DevnetPart; running: boolean; changed: boolean};

const changeSchema = v.object({part: v.picklist(DEVNET_PARTS), running: v.boolean(), changed: v.boolean()});
const refusalSchema = v.object({message: v.string()});
/** Limit of the whole exchange: a part that starts loads its model first. */
const TIMEOUT_MS = 30_000;
/** The devnet has no such part of its own. */
const NOT_ITS_OWN = 409;

/**
 * Stops or starts a part of the running devnet.
 * @param socket of `devnet.json`
 * @throws AosError DEVNET_NOT_RUNNING | DEVNET_FAILED | USAGE for a part that is not the devnet's own
 */
export async function changePart(
  socket: string,
  action: 'start' | 'stop',
  part: string,
  timeoutMs = TIMEOUT_MS,
): Promise<PartChange> {
  const {status, body} = await postToDevnet(socket, `/${action}/${part}`, {timeoutMs});
  const change = v.safeParse(changeSchema, body);
  if (status === 200 && change.success) return change.output;
  const refusal = v.safeParse(refusalSchema, body);
  const said = refusal.success ? refusal.output.message : `it answered HTTP ${status}`;
  throw new AosError(status === NOT_ITS_OWN ? 'USAGE' : 'DEVNET_FAILED', said);
}

/** One line: what was done. */
export function renderChange({part, running, changed}: PartChange): string {
  if (running) return changed ? `the ${part} runs again, where it was` : `the ${part} runs already`;
  return changed
    ? `the ${part} is stopped; aos devnet start ${part} starts it again`
    : `the ${part} is stopped already`;
}
