import {percentDecoded} from '../../foundation/text/percent-decoded.ts';

/**
 * Basic authentication (RFC 7617) by the user and the password of a URL, as the value of a header: undici leaves out what a URL
 * names before the host. Null: the URL names neither.
 */
export function basicAuth({username, password}: Pick<URL, 'username' | 'password'>): string | null {
  if (username === '' && password === '') return null;
  const text = [username, password].map(percentDecoded).join(':');
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
