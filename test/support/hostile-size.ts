/**
 * The size of a hostile test: the whole one by `npm run test:hostile`, a bounded one where AOS_HOSTILE is `bounded`, as in CI.
 */
export function hostileSize<T>(sizes: {full: T; bounded: T}): T {
  return process.env['AOS_HOSTILE'] === 'bounded' ? sizes.bounded : sizes.full;
}
