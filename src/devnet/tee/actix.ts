import type {IncomingMessage} from 'node:http';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import type {HttpReply} from '../net/serve.ts';
import {readMembers, type Fields} from '../published/body.ts';
import {readBody} from '../worker/opml-request.ts';

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** A JSON reply; `json` is raw. */
export function jsonReply(status: number, json: string): HttpReply {
  return {status, headers: {'content-type': 'application/json'}, body: json};
}

export function textReply(status: number, body: string): HttpReply {
  return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body};
}

/** The reply to a route that there is not, and to a route by another method. */
export const NOT_FOUND: HttpReply = {status: 404, headers: {}, body: ''};

/** The body of a request as the extractor of actix-web takes it, or its refusal in plain text. */
export async function readJson(
  request: IncomingMessage,
  wanted: Fields,
): Promise<{body: JsonObject} | {refusal: HttpReply}> {
  const refuse = (status: number, words: string): {refusal: HttpReply} => {
    request.resume();
    return {refusal: textReply(status, words)};
  };
  if (!/^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    return refuse(400, 'Content type error');
  const said = Number(request.headers['content-length'] ?? 0);
  if (said > MAX_BODY_BYTES) {
    return refuse(
      413,
      `JSON payload (${said} bytes) is larger than allowed (limit: ${MAX_BODY_BYTES} bytes).`,
    );
  }
  let bytes;
  try {
    bytes = await readBody(request, MAX_BODY_BYTES);
  } catch (error) {
    if (!isAosError(error, 'FRAME_TOO_LARGE')) throw error;
    return refuse(413, `JSON payload has exceeded limit (${MAX_BODY_BYTES} bytes).`);
  }
  const read = readMembers(bytes, wanted);
  return 'body' in read ? read : refuse(400, `Json deserialize error: ${read.what}`);
}
