/** A controller that aborts with an outer signal too; `unlink` lets go of it. */
export type LinkedAbort = {controller: AbortController; unlink: () => void};

/**
 * Linked by hand: on Node 20 what AbortSignal.any makes may be collected as garbage before it fires, and it leaves
 * something behind on a long-lived signal each time.
 */
export function linkedAbort(outer: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const end = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', end, {once: true});
  if (outer?.aborted === true) end();
  return {controller, unlink: () => outer?.removeEventListener('abort', end)};
}
