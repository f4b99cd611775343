import type {IncomingMessage} from 'node:http';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {messageInvalid, objectAt, optionalText, requiredText} from '../../lib/protocol/wire/fields.ts';
import {parseJson} from '../../lib/protocol/wire/json.ts';

/** The body of `POST /api/v1/question` to an opml worker (docs/protocol.md#workers). */
export type OpmlRequest = {
  req_id: string;
  model: string;
  prompt: string;
  /** http(s) URL to which the answer is posted. */
  callback: string;
};

/** @throws AosError FRAME_* | MESSAGE_INVALID */
export function readOpmlRequest(bytes: Uint8Array): OpmlRequest {
  const body = objectAt(parseJson(bytes).value, 'body');
  const request = {
    req_id: requiredText(body, 'body', 'req_id'),
    model: optionalText(body, 'body', 'model'),
    prompt: optionalText(body, 'body', 'prompt'),
    callback: requiredText(body, 'body', 'callback'),
  };
  if (!/^https?:$/.test(protocolOf(request.callback)))
    throw messageInvalid('body.callback', 'an http or https URL');
  return request;
}

/**
 * Reads a request's whole body.
 * @throws AosError FRAME_TOO_LARGE beyond `limit` bytes; what follows is not kept
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.iterator({destroyOnReturn: false})) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > limit) throw new AosError('FRAME_TOO_LARGE', `the body is larger than ${limit} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}
