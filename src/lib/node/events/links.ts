import type {Check} from '../../foundation/check/check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** What has to hold, in the order it is built up, for a node to earn. */
export const LINK_IDS = [
  'signer',
  'eigenlayer_operator',
  'avs_registered',
  'stake',
  'vrf_range',
  'dispatcher',
  'probed',
  'jobs',
  'challenges',
  'slashed',
  'gas',
] as const;
export type LinkId = (typeof LINK_IDS)[number];

/** The links that are read from the chain. */
export const CHAIN_LINK_IDS = [
  'eigenlayer_operator',
  'avs_registered',
  'stake',
  'vrf_range',
  'challenges',
  'slashed',
  'gas',
] as const satisfies readonly LinkId[];
export type ChainLinkId = (typeof CHAIN_LINK_IDS)[number];

/** One link: a check of the chain that ends in earning. */
export type Link = Check<LinkId>;
export type ChainLink = Check<ChainLinkId>;

/** Whether a link is read from the chain. */
export function isChainLink(id: string): id is ChainLinkId {
  return CHAIN_LINK_IDS.some((known) => known === id);
}

/** What the chain said longer ago than this says nothing of now: five readings were missed. */
export const STALE_MS = 300_000;

export const VERDICT_STATES = ['earning', 'not_earning', 'degraded', 'unknown'] as const;

export type Verdict = {
  state: (typeof VERDICT_STATES)[number];
  /** The first link that is to blame; null when none is. */
  brokenLink: LinkId | null;
  next: NextStep | null;
};

/** Without one of these there is no earning, whatever the others say. */
const ESSENTIAL: ReadonlySet<LinkId> = new Set(['avs_registered', 'vrf_range', 'dispatcher', 'probed']);

/**
 * The verdict of status, of the running node and of the dashboard. Earning: registered, range set, dispatcher connected,
 * probed in the last three intervals, and no link fails. Degraded is earning with something to check. The chain cannot
 * show money.
 */
export function judge(links: readonly Link[]): Verdict {
  const first = (fits: (link: Link) => boolean): Link | undefined => links.find(fits);
  const verdict = (state: Verdict['state'], link: Link | undefined): Verdict => ({
    state,
    brokenLink: link?.id ?? null,
    next: link?.next ?? null,
  });
  const failing = first(({state}) => state === 'fail');
  if (failing !== undefined) return verdict('not_earning', failing);
  const missing = first(({id, state}) => ESSENTIAL.has(id) && state === 'pending');
  if (missing !== undefined) return verdict('not_earning', missing);
  const unseen = first(({id, state}) => ESSENTIAL.has(id) && state === 'unknown');
  if (unseen !== undefined) return verdict('unknown', unseen);
  const odd = first(({state}) => state === 'warn');
  return odd === undefined ? verdict('earning', undefined) : verdict('degraded', odd);
}
