/** `host:port/rest` without a scheme, as the reference writes it. */
const HOST_AND_MORE = /^(?:[^/\s]*@)?(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}[/?#]/i;

/** Words that routes are made of. Any other step of a path may be a key that lets in who knows it. */
const ROUTE_WORDS: ReadonlySet<string> = new Set([
  '',
  'aos',
  'api',
  'callback',
  'devnet',
  'dispatcher',
  'mainnet',
  'operator',
  'opml',
  'ping',
  'rpc',
  'tee',
  'testnet',
  'v1',
  'v2',
  'v3',
  'worker',
  'workers',
  'ws',
  'zkml',
]);

/**
 * A URL as outputs have it: as it is, or only scheme and host when the rest may let someone in: a user, a password, a query,
 * or a path that is not made of well-known words. `host:port` with more after it is one too. Any other text is returned as it is.
 */
export function shownUrl(text: string): string {
  const url = urlOf(text);
  if (url === null) return text;
  const {protocol, host, username, password, search, hash} = url;
  const isBare = username === '' && password === '' && search === '' && hash === '';
  const isRoute = stepsOf(url).every((step) => ROUTE_WORDS.has(step));
  return isBare && isRoute ? text : `${text.includes('://') ? `${protocol}//` : ''}${host}/…`;
}

/** The steps of a URL's path that {@link shownUrl} takes for keys; none of what is no URL with a host. */
export function secretSteps(text: string): string[] {
  const url = urlOf(text);
  return url === null ? [] : stepsOf(url).filter((step) => !ROUTE_WORDS.has(step));
}

function urlOf(text: string): URL | null {
  const full = text.includes('://') ? text : HOST_AND_MORE.test(text) ? `http://${text}` : '';
  return URL.canParse(full) ? new URL(full) : null;
}

function stepsOf({pathname}: URL): string[] {
  return pathname.split('/');
}
