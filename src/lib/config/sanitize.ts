const UNSEEN = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;
const MOST = 60;

/**
 * A value from the file or environment as a message may show it: quoted, short, without control characters, and
 * without anything that could be a secret. Whoever pastes a key into the wrong line must not find it in a log.
 */
export function sanitizeValue(text: string): string {
  if (/[0-9a-f]{48}/i.test(text.replaceAll(/[^0-9a-z]/gi, ''))) return 'a long hex value (not shown)';
  if (text.includes('@')) return 'a value with credentials (not shown)';
  if (/[?#]/.test(text) && text.includes('://')) return 'a URL with a query (not shown)';
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return JSON.stringify(short).replaceAll(UNSEEN, escapeCharacter);
}

/** A file name or key as a message shows it: as it is, but for characters that a terminal would obey. */
export function sanitizeText(text: string): string {
  return text.replaceAll(/[\u0000-\u001f]/g, escapeCharacter).replaceAll(UNSEEN, escapeCharacter);
}

/** A key's path as a message shows it; a secret may have slipped into the place of a key. */
export function sanitizePath(path: string): string {
  const told = sanitizeValue(path);
  return told.startsWith('"') ? sanitizeText(path).slice(0, 100) : told;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
