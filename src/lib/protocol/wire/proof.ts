/** A longer address is none of a proof. */
const MOST_URL = 4_096;

/**
 * Whether a zkml worker may be asked about a model of this name: it joins the name to a path, so `../` would read another
 * directory.
 */
export function isModelName(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,200}$/.test(name) && !/^\.+$/.test(name);
}

/** Whether a text is the address of a proof: the worker fetches it by http or https, and reads no file. */
export function isProofUrl(text: string): boolean {
  if (text.length > MOST_URL || !/^https?:\/\/[^\s/?#\\][^\s]*$/i.test(text) || !URL.canParse(text))
    return false;
  return new URL(text).hostname !== '';
}
