import type {IncomingMessage} from 'node:http';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import {checkBody, type Fields} from './body.ts';

/** An answer of the HTTP API. */
export type Answer = {
  readonly status: number;
  /** Its content type; null: no body. */
  readonly type: string | null;
  readonly body: string;
};

/** What a handler gives: an answer, or `panic`: the connection ends without one. */
export type Handled = Answer | 'panic';

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** `json` is raw. */
export function jsonAnswer(json: string): Answer {
  return {status: 200, type: 'application/json', body: json};
}

export function textAnswer(status: number, body: string): Answer {
  return {status, type: 'text/plain; charset=utf-8', body};
}

export function emptyAnswer(status: number): Answer {
  return {status, type: null, body: ''};
}

/** The body of a request as axum's extractor takes it, or its refusal in plain text. */
export async function readBody(
  request: IncomingMessage,
  wanted: Fields,
): Promise<{body: JsonObject} | {refusal: Answer}> {
  if (!/^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    request.resume();
    return {refusal: textAnswer(415, 'Expected request with `Content-Type: application/json`')};
  }
  const bytes = await readAll(request);
  if (bytes === null)
    return {refusal: textAnswer(413, 'Failed to buffer the request body: length limit exceeded')};
  const checked = checkBody(bytes, wanted);
  return 'body' in checked ? checked : {refusal: textAnswer(checked.status, checked.words)};
}

/** The whole body, or null when it is too large; the rest of a large one is read and thrown away. */
async function readAll(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}
