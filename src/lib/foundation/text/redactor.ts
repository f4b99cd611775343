import {percentDecoded} from './percent-decoded.ts';

/** What takes the place of a secret. */
export const HIDDEN = '[hidden]';

/** Shorter ones would take harmless words out of a text too. */
const LEAST = 6;
/** Keys, seeds and hashes have the same form, so none of them is shown. */
const LONG_HEX = /(?:0x)?[0-9a-f]{64,}/gi;
/** The id of a request to a worker, which lets anyone answer its job. An address has 40 digits. */
const REQUEST_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/gi;
const CREDENTIALS = /(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi;
const QUERY = /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s?"']*\?)[^\s"']+/gi;

/**
 * Takes secrets out of texts: those that are known, what is 32 hex digits, or 64 and longer, and credentials and queries
 * of URLs.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set([...secrets].flatMap(spellings))]
    .filter((secret) => secret.length >= LEAST)
    // A secret may be a part of another one: the longest goes first.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const without = known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
    return [LONG_HEX, REQUEST_ID, CREDENTIALS, QUERY].reduce(
      (rest, pattern) => rest.replace(pattern, HIDDEN),
      without,
    );
  };
}

/** A secret as it may stand in a text: as it is, in JSON, in a URL, and the parts of a URL that let anyone in. */
function spellings(secret: string): string[] {
  // Of a URL, only what lets anyone in: its host may be said.
  const whole = URL.canParse(secret) ? [] : [secret];
  return [...whole, ...urlParts(secret)].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    encodeURI(text),
    percentDecoded(text),
  ]);
}

function urlParts(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const {username, password, pathname, search, searchParams, hash} = new URL(text);
  const steps = pathname.split('/').filter((step) => step.length >= LEAST);
  return [
    username,
    password,
    pathname,
    search.slice(1),
    ...searchParams.values(),
    hash.slice(1),
    ...steps,
  ].filter((part) => part !== '/');
}
