/**
 * The path of a request as Web3Signer's routes see it: without the host of the absolute form, without query, `//` as one
 * slash.
 */
export function routePath(url: string | undefined): string {
  const path = forwardedPath(url).replace(/\/{2,}/g, '/');
  return path === '' ? '/' : path;
}

/** The path of a request as it is forwarded, before it is joined to that of the node. */
export function forwardedPath(url = '/'): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? '';
}
