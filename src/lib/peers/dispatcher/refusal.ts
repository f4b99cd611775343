import type {IncomingMessage} from 'node:http';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';

/**
 * That the dispatcher was reached and said no: the close code of the WebSocket, the HTTP status of its upgrade or the code
 * of a reply, with its own words, made safe and cut; '' when it gave none.
 */
export type Refusal = {how: 'reply' | 'close' | 'http'; code: number; words: string};

/** Most characters of the dispatcher's words that are kept. */
const MAX_WORDS = 200;
/** Most bytes that are read of an HTTP body, and for how long. */
const MAX_BODY_BYTES = 4_096;
const BODY_MS = 2_000;

/** The dispatcher's words, safe to show on one line. */
export function safeWords(text: string): string {
  return safeText(text.trim().replace(/\s+/g, ' '), MAX_WORDS);
}

/**
 * The refusal that a close frame says; null for an end that refuses nothing: the normal ones, a restart, an internal error,
 * "try again later" and a connection that was cut (RFC 6455, section 7.4).
 */
export function closeRefusal(code: number, text: string): Refusal | null {
  const isRefusal = (code >= 3_000 && code <= 4_999) || REFUSING.has(code);
  return isRefusal ? {how: 'close', code, words: safeWords(text)} : null;
}

/** Protocol error, data that is not accepted, wrong data, policy, too large, extension missing. */
const REFUSING: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** Reads what an HTTP response to the upgrade says: its body when it is short text, else the words of its status. */
export async function httpRefusal(
  response: IncomingMessage,
  time: Pick<Time, 'after'>,
): Promise<Refusal & {how: 'http'}> {
  const body = await textOf(response, time);
  const words = safeWords(messageOf(body) ?? body);
  return {
    how: 'http',
    code: response.statusCode ?? 0,
    words: words === '' ? safeWords(response.statusMessage ?? '') : words,
  };
}

/** The refusal in one line, for people. */
export function refusalText({how, code, words}: Refusal): string {
  const said = words === '' ? '' : `: ${words}`;
  switch (how) {
    case 'http':
      return `HTTP ${code} instead of a WebSocket${said}`;
    case 'close':
      return `closed by the dispatcher (${code}${words === '' ? '' : ` ${words}`})`;
    case 'reply':
      return `connect was answered with code ${code}${said}`;
  }
}

/** The first bytes of a body that is text; '' for anything else, and for what came too late. */
function textOf(response: IncomingMessage, time: Pick<Time, 'after'>): Promise<string> {
  if (!/^(?:text\/plain|application\/(?:[\w.+-]+\+)?json)\b/i.test(response.headers['content-type'] ?? ''))
    return Promise.resolve('');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      cancel();
      resolve(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'));
    };
    const cancel = time.after(BODY_MS, end);
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_BODY_BYTES) end();
    });
    response.on('end', end);
    response.on('close', end);
    response.on('error', end);
  });
}

/** The message in a JSON body; null when there is none. */
function messageOf(body: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null; // plain text
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const name of ['message', 'error', 'detail', 'result']) {
    const said = new Map<string, unknown>(Object.entries(value)).get(name);
    if (typeof said === 'string') return said;
  }
  return null;
}
