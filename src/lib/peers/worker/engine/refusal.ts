import {AosError} from '../../../foundation/errors/error.ts';
import {say, type NextStep} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {shownUrl} from '../../../foundation/text/shown-url.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Head, Reply} from './http.ts';
import {objectIn} from '../../../protocol/wire/object-in.ts';
import {factAt, objectAt, textAt} from './json.ts';

/** Most characters of an engine’s words that are shown. */
const MOST_WORDS = 200;
/** 529: what some gateways say in place of 503. */
const BUSY: ReadonlySet<number> = new Set([429, 503, 529]);
/** What is in front of the engine does not reach it; 521 to 523 and 530 are Cloudflare’s. */
const AWAY: ReadonlySet<number> = new Set([502, 521, 522, 523, 530]);
/** The engine began the request and failed: TGI says 424, Cloudflare 520 and 524. */
const FAILED: ReadonlySet<number> = new Set([408, 424, 500, 504, 520, 524]);
const REJECTED: ReadonlySet<number> = new Set([400, 413, 422]);
const LOG = say('Check the engine’s log, and that workers.opml.url names an OpenAI-compatible server.');

/** Who is asked, and for what. */
export type Asked = {name: string; path: string; hasKey: boolean};

/** The words of a reply that is no answer, safe and cut, as the end of a sentence; '' for a page or nothing. */
export function wordsOf({contentType, body}: Pick<Reply, 'contentType' | 'body'>): string {
  const object = objectIn(body);
  const error = objectAt(object, 'error');
  const said =
    textAt(error, 'message') ??
    textAt(object, 'error') ??
    textAt(object, 'message') ??
    textAt(object, 'detail') ??
    factAt(objectAt(object, 'detail'), 'msg');
  const plain = object === null && !contentType.includes('html') ? body : '';
  const words = safeText((said === '' ? plain : said).trim(), MOST_WORDS);
  return words === '' ? '' : `: ${words}`;
}

/**
 * Judges the status of a reply.
 * @returns null for 2xx; else WORKER_BUSY with `retryAfterMs` where it says one, WORKER_UNREACHABLE, WORKER_LOST,
 *   REQUEST_REJECTED or WORKER_REFUSED
 */
export function judgeStatus(asked: Asked, reply: Reply, time: Pick<Time, 'now'>): AosError | null {
  const {name, path} = asked;
  const {status} = reply;
  if (status >= 200 && status <= 299) return null;
  const said = `HTTP ${status}${wordsOf(reply)}`;
  if (BUSY.has(status)) {
    const retryAfterMs = waitOf(reply.retryAfter, time.now());
    const details = retryAfterMs === null ? {} : {retryAfterMs};
    return new AosError('WORKER_BUSY', `${name} is busy: ${said}`, {details});
  }
  if (AWAY.has(status)) return new AosError('WORKER_UNREACHABLE', `${name} is away: ${said}`);
  if (FAILED.has(status)) return new AosError('WORKER_LOST', `${name} failed at a request: ${said}`);
  if (REJECTED.has(status))
    return new AosError('REQUEST_REJECTED', `${name} does not take the request of the job: ${said}`);
  const refused = (what: string, next: NextStep): AosError =>
    new AosError('WORKER_REFUSED', `${name} ${what}`, {next});
  if (status >= 300 && status <= 399) return redirected(asked, reply);
  if (status === 401 || status === 403)
    return asked.hasKey
      ? refused(`does not accept the API key: ${said}`, say('Correct the key in workers.opml.api_key_file.'))
      : refused(
          `wants an API key: ${said}`,
          say('Write the key into a file of mode 0600, and name it in workers.opml.api_key_file.'),
        );
  if (status === 404 || status === 405)
    return refused(
      `has no ${path}, or not the model: ${said}`,
      say('Correct workers.opml.url (without /v1/… at its end), workers.opml.api or workers.opml.models.'),
    );
  return refused(`refused the request with ${said}`, LOG);
}

function redirected({name, path}: Asked, {status, location}: Head): AosError {
  const place = location === '' ? 'nowhere' : safeText(shownUrl(location), MOST_WORDS);
  return new AosError('WORKER_REFUSED', `${name} sends ${path} elsewhere (HTTP ${status}): to ${place}`, {
    next: say('No redirect is followed. If that address is yours, write it in workers.opml.url.'),
  });
}

/** A 200 whose body is of another type than an answer. */
export function wrongType({name, path}: Asked, contentType: string): AosError {
  const type = contentType === '' ? 'nothing that it names' : safeText(contentType, MOST_WORDS);
  return new AosError(
    'WORKER_REFUSED',
    `${name} answers ${path} with ${type}, and no JSON or stream of events`,
    {
      next: say(
        'Name the address of the engine’s API in workers.opml.url: this one belongs to a web page, a proxy or another API.',
      ),
    },
  );
}

const LEAST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/** Reads Retry-After (RFC 9110, 10.2.3): seconds, or a date; null: it says none that is readable. */
function waitOf(header: string, now: number): number | null {
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, LEAST_WAIT_MS), LONGEST_WAIT_MS);
}
