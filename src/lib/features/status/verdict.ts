import {run} from '../../foundation/next-step/next-step.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {judgeAvs, judgeChallenges, judgeOperator, judgeRange, judgeSlashed} from './chain-links.ts';
import type {StatusFacts} from './facts.ts';
import {ago} from '../../foundation/time/duration.ts';
import {
  isChainLink,
  LINK_IDS,
  STALE_MS,
  type ChainLink,
  type ChainLinkId,
  type Link,
  type LinkId,
} from '../../node/events/links.ts';
import type {Judgement} from './link.ts';
import {judgeGas, judgeStake} from './stake-links.ts';
import {judgeDispatcher, judgeJobs, judgeProbed, judgeSigner} from './local-links.ts';

const JUDGES: Readonly<Record<LinkId, (facts: StatusFacts) => Judgement>> = {
  signer: judgeSigner,
  eigenlayer_operator: judgeOperator,
  avs_registered: judgeAvs,
  stake: judgeStake,
  vrf_range: judgeRange,
  dispatcher: judgeDispatcher,
  probed: judgeProbed,
  jobs: judgeJobs,
  challenges: judgeChallenges,
  slashed: judgeSlashed,
  gas: judgeGas,
};

/** Every link of the chain, in order. Commands work for the node of this machine: to others no next step is shown. */
export function judgeLinks(facts: StatusFacts): Link[] {
  return LINK_IDS.map((id) => {
    const link = judgeLink(id, facts);
    const next = link.next ?? (link.state === 'unknown' ? run('doctor') : null);
    return {id, ...link, next: facts.isElsewhere === true ? null : next};
  });
}

/** One link that is read from the chain. */
export function judgeChainLink(id: ChainLinkId, facts: StatusFacts): ChainLink {
  return {id, ...JUDGES[id](facts)};
}

/** One that is not, from what the running operator and its journal say. */
export function judgeLocalLink(id: Exclude<LinkId, ChainLinkId>, facts: StatusFacts): Judgement {
  return JUDGES[id](facts);
}

/** What the chain does not say to this command, the running operator may have read a minute ago. */
function judgeLink(id: LinkId, facts: StatusFacts): Judgement {
  const judged = JUDGES[id](facts);
  const {operator, now} = facts;
  const standing = operator.state === 'known' ? (operator.value?.view.standing ?? null) : null;
  if (judged.state !== 'unknown' || !isChainLink(id) || standing === null || standing.readAt === null)
    return judged;
  const link = standing.links.find((one) => one.id === id);
  if (link === undefined || link.state === 'unknown' || now - standing.readAt > STALE_MS) return judged;
  const {id: _id, ...read} = link;
  return {...read, found: `${read.found}, as the operator read it ${ago(standing.readAt, now)}`};
}

/** 3 when a link fails, 4 when one is unknown, only warns or is not decided, else 0. */
export function statusExitCode(links: readonly Link[]): ExitCode {
  if (links.some(({state}) => state === 'fail')) return EXIT.negative;
  return links.every(({state}) => state === 'ok') ? EXIT.ok : EXIT.warnings;
}
