import {
  isChainLink,
  judge,
  LINK_IDS,
  type Link,
  type LinkId,
  type Verdict,
} from '../../../node/events/links.ts';
import {isNews, type CostKind} from '../../../node/events/standing.ts';
import type {OperatorView} from '../../../node/events/view.ts';
import {viewLinks} from '../../status/view-links.ts';
import {finding, type Finding, type Severity} from './finding.ts';

/** The link that a cost on chain is about. */
const LINK_OF: Readonly<Record<CostKind, LinkId>> = {
  challenge: 'challenges',
  slashed: 'slashed',
  penalty: 'slashed',
  removed: 'avs_registered',
  stake: 'stake',
  gas: 'gas',
  range: 'vrf_range',
  socket: 'avs_registered',
};

const SEVERITY: Readonly<Record<Verdict['state'], Severity>> = {
  earning: 'ok',
  degraded: 'warn',
  not_earning: 'fail',
  unknown: 'unknown',
};

/** A start reads the chain within some seconds; until then nothing is wrong. */
const FIRST_READING_MS = 30_000;

/** Whether this node earns, judged as `aos status` and the running node judge it. */
export type Earning = {
  /** What costs something on chain, and the first broken link of the chain. */
  findings: Finding[];
  /** The verdict itself, for when nothing else is wrong; null: this node earns. */
  otherwise: Finding | null;
};

/** Judges the links of a running operator. @param now Unix ms */
export function earningOf(view: OperatorView, now: number): Earning {
  const links = viewLinks(view, now);
  const verdict = judge(links);
  const failing = new Set(links.filter(({state}) => state === 'fail').map(({id}) => id));
  const costs = (view.standing?.costs ?? []).map(({kind, code, severity, message, next, since}) => {
    const link = LINK_OF[kind];
    // What happened once leaves the node earning, unless its link is broken.
    const isFailure = failing.has(link) || (severity === 'critical' && !isNews({code}));
    return finding(isFailure ? 'fail' : 'warn', since, `${message} (${code})`, {next, code, link});
  });
  const broken = links.find(({id}) => id === verdict.brokenLink);
  if (broken === undefined) return {findings: costs, otherwise: null};
  const isCost = costs.some(({link}) => link === broken.id);
  const otherwise = brokenFinding(view, broken, {verdict, now});
  // The other links have findings of their own: parts that are down, no probe, no work.
  return {findings: isChainLink(broken.id) && !isCost ? [...costs, otherwise] : costs, otherwise};
}

function brokenFinding(
  {standing, node, verdict: reported}: OperatorView,
  {id, found, next, at}: Link,
  {verdict, now}: {verdict: Verdict; now: number},
): Finding {
  const started = node?.startedAt ?? now;
  const isFirst = standing === null && now - started < FIRST_READING_MS;
  if (verdict.state === 'unknown' && isFirst)
    return finding('wait', started, 'reading what the chain says of this operator', {link: id});
  const head = {not_earning: 'NOT EARNING: ', unknown: 'EARNING? ', degraded: '', earning: ''}[verdict.state];
  // The chain is read each minute, and what it says is as old as that; what is wrong lasts since it was first reported.
  const since = reported?.brokenLink === id ? reported.at : (at ?? standing?.readAt ?? started);
  return finding(SEVERITY[verdict.state], since, [`${head}${nameOf(id)}`, `: ${found}`], {next, link: id});
}

/** A link in words. */
export const nameOf = (id: LinkId): string => id.replaceAll('_', ' ');

/** Where a link stands in the chain; behind all of them without one. */
export function linkRank(link: LinkId | null): number {
  return link === null ? LINK_IDS.length : LINK_IDS.indexOf(link);
}
