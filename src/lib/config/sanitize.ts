import {shownUrl} from '../foundation/text/shown-url.ts';

const UNSEEN = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;
const MOST = 60;

/**
 * Makes a value of the file or environment safe for messages: quoted, short, without control characters, and replaced
 * when it may be a secret, so that a key pasted into the wrong line never reaches a log.
 */
export function sanitizeValue(text: string): string {
  if (/[0-9a-f]{48}/i.test(text.replaceAll(/[^0-9a-z]/gi, ''))) return 'a long hex value (not shown)';
  if (isToken(text)) return 'a token (not shown)';
  if (text.includes('@')) return 'a value with credentials (not shown)';
  if (/[?#]/.test(text) && text.includes('://')) return 'a URL with a query (not shown)';
  const shown = shownUrl(text);
  if (shown !== text) return `${shown} (the rest is not shown)`;
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return JSON.stringify(short).replaceAll(UNSEEN, escapeCharacter);
}

/**
 * Whether a text has the form of a token: of Telegram's bots, a key of PagerDuty, an API key such as `sk-…`, `hf_…` or `xoxb-…`,
 * or what follows `Bearer`.
 */
export function isToken(text: string): boolean {
  if (ADDRESS.test(text)) return false;
  return (
    /^\d{1,20}:[A-Za-z0-9_-]{20,100}$/.test(text) ||
    /^(?=.*\d)[A-Za-z0-9]{32}$/.test(text) ||
    /^bearer\s/i.test(text) ||
    API_KEY.test(text) ||
    (/^[\w-]+$/.test(text) && text.split(/[_-]/).some(isRandom))
  );
}

/** Of Ethereum: public, and what a message is about. */
const ADDRESS = /^0x[0-9a-f]{40}$/i;

/** The beginnings that services give to their keys, each with letters and a digit after it. */
const API_KEY = /^(?:sk|pk|rk|hf|gsk|nvapi|xox[a-z]|gh[a-z]|glpat)[_-](?=[\w-]*\d)[\w-]{16,}$/i;

/** Capitals, small letters and digits mixed over some length: no word, and no name of a model. */
function isRandom(run: string): boolean {
  return run.length >= 16 && /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}

/** Makes a file name or key safe for messages: escapes the characters that a terminal would obey. */
export function sanitizeText(text: string): string {
  return text.replaceAll(/[\u0000-\u001f]/g, escapeCharacter).replaceAll(UNSEEN, escapeCharacter);
}

/** Makes a key's path safe for messages: a secret may be in the place of a key. */
export function sanitizePath(path: string): string {
  const safe = sanitizeValue(path);
  if (!safe.startsWith('"')) return safe;
  const keys = path.split('.').map((key) => (isToken(key) ? '(not shown)' : key));
  return sanitizeText(keys.join('.')).slice(0, 100);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
