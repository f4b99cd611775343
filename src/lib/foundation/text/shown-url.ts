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
 * or a path that is not made of well-known words. What is no URL with a host is returned as it is.
 */
export function shownUrl(text: string): string {
  if (!text.includes('://') || !URL.canParse(text)) return text;
  const url = new URL(text);
  const {protocol, host, username, password, search, hash} = url;
  const isBare = username === '' && password === '' && search === '' && hash === '';
  const isRoute = stepsOf(url).every((step) => ROUTE_WORDS.has(step));
  return isBare && isRoute ? text : `${protocol}//${host}/…`;
}

/** The steps of a URL's path that {@link shownUrl} takes for keys; none of what is no URL with a host. */
export function secretSteps(text: string): string[] {
  if (!text.includes('://') || !URL.canParse(text)) return [];
  return stepsOf(new URL(text)).filter((step) => !ROUTE_WORDS.has(step));
}

function stepsOf({pathname}: URL): string[] {
  return pathname.split('/');
}
