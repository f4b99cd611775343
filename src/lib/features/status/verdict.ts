import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {judgeAvs, judgeChallenges, judgeOperator, judgeRange, judgeSlashed} from './chain-links.ts';
import type {StatusFacts} from './facts.ts';
import {LINK_IDS, type Judgement, type Link, type LinkId} from './link.ts';
import {judgeDispatcher, judgeJobs, judgeProbed, judgeSigner} from './local-links.ts';

export type Verdict = {
  state: 'earning' | 'not_earning' | 'degraded' | 'unknown';
  /** The first link that is to blame; null when none is. */
  brokenLink: LinkId | null;
  next: NextStep | null;
};

const JUDGES: Readonly<Record<LinkId, (facts: StatusFacts) => Judgement>> = {
  signer: judgeSigner,
  eigenlayer_operator: judgeOperator,
  avs_registered: judgeAvs,
  vrf_range: judgeRange,
  dispatcher: judgeDispatcher,
  probed: judgeProbed,
  jobs: judgeJobs,
  challenges: judgeChallenges,
  slashed: judgeSlashed,
};

/** Without one of these there is no earning, whatever the others say. */
const ESSENTIAL: ReadonlySet<LinkId> = new Set(['avs_registered', 'vrf_range', 'dispatcher', 'probed']);

/** Every link of the chain, in order. Commands work for the node of this machine: to others no next step is shown. */
export function judgeLinks(facts: StatusFacts): Link[] {
  const hidden = facts.isElsewhere === true ? {next: null} : {};
  return LINK_IDS.map((id) => ({id, ...JUDGES[id](facts), ...hidden}));
}

/**
 * Earning: registered, range set, dispatcher connected, probed in the last three intervals, and no link fails.
 * Degraded is earning with something to check. The chain cannot show money.
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

/** 3 when a link fails, 4 when one is unknown, only warns or is not decided, else 0. */
export function statusExitCode(links: readonly Link[]): ExitCode {
  if (links.some(({state}) => state === 'fail')) return EXIT.negative;
  return links.every(({state}) => state === 'ok') ? EXIT.ok : EXIT.warnings;
}
