import {request} from 'node:http';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {afterReading} from '../../foundation/system/system-time.ts';

const MAX_ANSWER = 256 * 1024;

/**
 * Sends a command to the running devnet.
 * @param socket of `devnet.json`
 * @param options.content sent as JSON
 * @param options.timeoutMs of the whole exchange
 * @returns the HTTP status and the JSON; undefined for what is none
 * @throws AosError DEVNET_NOT_RUNNING
 */
export function postToDevnet(
  socket: string,
  path: string,
  {content, timeoutMs}: {content?: object; timeoutMs: number},
): Promise<{status: number; body: unknown}> {
  return new Promise((resolve, reject) => {
    const lost = (error: unknown): void => {
      cancel();
      reject(
        new AosError('DEVNET_NOT_RUNNING', `no devnet answers at ${socket}: ${errorText(error)}`, {
          cause: error,
        }),
      );
    };
    const asked = request({socketPath: socket, path, method: 'POST'}, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < MAX_ANSWER) text += chunk;
      });
      response.on('end', () => {
        cancel();
        resolve({status: response.statusCode ?? 0, body: jsonOf(text)});
      });
      response.on('error', lost);
    });
    const cancel = afterReading(timeoutMs, () => {
      lost(new Error(`no whole answer within ${timeoutMs / 1000} s`));
      asked.destroy();
    });
    asked.on('error', lost);
    asked.end(content === undefined ? undefined : JSON.stringify(content));
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no devnet of this version: reported with its HTTP status
  }
}
