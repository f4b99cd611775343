import {request} from 'node:http';
import * as v from 'valibot';
import {DEVNET_PARTS, type DevnetPart} from '../../../devnet/control.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {afterReading} from '../../foundation/system/system-time.ts';

/** What became of a part of the devnet; `changed` is false where it was so before. */
export type PartChange = {part: DevnetPart; running: boolean; changed: boolean};

const changeSchema = v.object({part: v.picklist(DEVNET_PARTS), running: v.boolean(), changed: v.boolean()});
const refusalSchema = v.object({message: v.string()});
/** Limit of the whole exchange: a part that starts loads its model first. */
const TIMEOUT_MS = 30_000;
const MAX_ANSWER = 64 * 1024;
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
  const {status, text} = await post(socket, `/${action}/${part}`, timeoutMs);
  const body = jsonOf(text);
  const change = v.safeParse(changeSchema, body);
  if (status === 200 && change.success) return change.output;
  const refusal = v.safeParse(refusalSchema, body);
  const said = refusal.success ? refusal.output.message : `it answered HTTP ${status}`;
  throw new AosError(status === NOT_ITS_OWN ? 'USAGE' : 'DEVNET_FAILED', said);
}

function post(socketPath: string, path: string, timeoutMs: number): Promise<{status: number; text: string}> {
  return new Promise((resolve, reject) => {
    const lost = (error: unknown): void => {
      cancel();
      reject(
        new AosError('DEVNET_NOT_RUNNING', `no devnet answers at ${socketPath}: ${errorText(error)}`, {
          cause: error,
        }),
      );
    };
    const asked = request({socketPath, path, method: 'POST'}, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < MAX_ANSWER) text += chunk;
      });
      response.on('end', () => {
        cancel();
        resolve({status: response.statusCode ?? 0, text});
      });
      response.on('error', lost);
    });
    const cancel = afterReading(timeoutMs, () => {
      lost(new Error(`no whole answer within ${timeoutMs / 1000} s`));
      asked.destroy();
    });
    asked.on('error', lost);
    asked.end();
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no devnet of this version: reported with its HTTP status
  }
}

/** One line: what was done. */
export function renderChange({part, running, changed}: PartChange): string {
  if (running) return changed ? `the ${part} runs again, where it was` : `the ${part} runs already`;
  return changed
    ? `the ${part} is stopped; aos devnet start ${part} starts it again`
    : `the ${part} is stopped already`;
}
