import {get as getHttp, type IncomingMessage} from 'node:http';
import {get as getHttps} from 'node:https';
import {errorText, isAosError} from '../../lib/foundation/errors/error.ts';
import {requireLoopback} from '../net/listen.ts';
import {readBody} from '../worker/opml-request.ts';

/** What is at a URL, or why it cannot be had, in the words of the published worker. */
export type Download = {readonly bytes: Uint8Array} | {readonly why: string};

/** The published worker takes any size; a devnet has this machine's memory alone. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Fetches a proof by http or https from this machine; a devnet asks no other. There is no time limit but the signal's.
 * @param most bytes of a proof, inclusive
 * @throws the signal's reason
 */
export async function download(proofPath: string, signal: AbortSignal, most = MAX_BYTES): Promise<Download> {
  if (!URL.canParse(proofPath)) return {why: 'builder error: relative URL without a base'};
  const {protocol, hostname, href} = new URL(proofPath);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol !== 'http:' && protocol !== 'https:')
    return {why: `builder error for url (${href}): URL scheme is not allowed`};
  try {
    requireLoopback(host);
    const response = await answerOf(href, protocol, signal);
    try {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) return {why: 'reponse is not success'}; // spelled so by the published program
      return {bytes: await readBody(response, most)};
    } finally {
      response.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    return {why: `error sending request for url (${href}): ${whyOf(error)}`};
  }
}

function answerOf(url: string, protocol: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = protocol === 'https:' ? getHttps : getHttp;
    get(url, {headers: {accept: '*/*'}, agent: false, signal}, resolve).on('error', reject);
  });
}

function whyOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ECONNREFUSED')
    return 'error trying to connect: tcp connect error: Connection refused (os error 111)';
  if (code === 'ECONNRESET') return 'connection closed before message completed';
  if (isAosError(error, 'NOT_LOOPBACK'))
    return `error trying to connect: a devnet fetches from this machine alone: ${error.message}`;
  return errorText(error);
}
