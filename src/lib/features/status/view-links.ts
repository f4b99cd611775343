import {USUAL_PRECISION} from '../../protocol/vrf/share.ts';
import {ago, measured} from '../../foundation/time/duration.ts';
import {isChainLink, LINK_IDS, STALE_MS, type ChainLinkId, type Link} from '../../node/events/links.ts';
import type {OperatorView} from '../../node/events/view.ts';
import {known, unknown} from '../../foundation/fact.ts';
import type {StatusFacts} from './facts.ts';
import {fail, ok, unclear, type Judgement} from './link.ts';
import {judgeLocalLink} from './verdict.ts';

/** While the node has not said its own (docs/protocol.md#network-figures). */
const PROBE_INTERVAL_MS = 10_000;
const ALLOWANCE_MS = 3_600_000;
const NOT_HERE = unknown('the running operator does not say');

/**
 * Every link of a running operator, from its view alone: the dashboard and `aos run` judge by it. What the chain has not
 * said yet, or not for {@link STALE_MS}, is unknown, so that no verdict is good without it.
 * @param now Unix ms
 */
export function viewLinks(view: OperatorView, now: number): Link[] {
  const facts = factsOf(view, now);
  return LINK_IDS.map((id) => ({
    id,
    ...(isChainLink(id)
      ? chainLink(view, id, now)
      : id === 'signer'
        ? signerLink(view, now)
        : judgeLocalLink(id, facts)),
  }));
}

/** A link of the chain as the operator read it; unknown when that is too long ago. */
function chainLink({standing}: Pick<OperatorView, 'standing'>, id: ChainLinkId, now: number): Judgement {
  const failure = standing?.failure ?? null;
  const why = failure === null ? '' : `: ${failure.message}`;
  const readAt = standing?.readAt ?? null;
  const link = standing?.links.find((one) => one.id === id);
  if (readAt === null || link === undefined)
    return unclear(unknown(`the chain was not read yet${why}`, failure?.next ?? null));
  const {id: _id, ...judged} = link;
  if (now - readAt <= STALE_MS) return judged;
  const last = `${ago(readAt, now)}: ${judged.found}`;
  return {...unclear(unknown(`the chain was last read ${last}${why}`, failure?.next ?? null)), at: readAt};
}

/** By its work: a signer that the operator cannot use is a problem of the node, and one good signature ends it. */
function signerLink({problems, signer}: OperatorView, now: number): Judgement {
  const problem = problems.find(({part}) => part === 'signer');
  if (problem !== undefined) return fail(`${problem.message} (${problem.code})`, problem.next, problem.since);
  if (signer === null || signer.p95Ms === null) return unclear(unknown('no signature was needed yet'));
  return ok(`signs, 95 % within ${measured(signer.p95Ms)}`, signer.at || now);
}

function factsOf(view: OperatorView, now: number): StatusFacts {
  const {node, liveness} = view;
  return {
    now,
    nodeId: node?.nodeId ?? '',
    network: node?.network ?? '',
    rules: {
      source: 'the running operator',
      probeIntervalMs: liveness?.probeIntervalMs ?? PROBE_INTERVAL_MS,
      offlineGraceMs: liveness?.allowanceMs ?? ALLOWANCE_MS,
      penaltyWei: 0n,
      networkStart: null,
      sortPrecision: view.range?.precision ?? USUAL_PRECISION,
      outerUrl: null,
      socket: null,
    },
    vrfPublicKey: node?.vrfPublicKey ?? null,
    signer: NOT_HERE,
    chain: NOT_HERE,
    journal: NOT_HERE,
    row: NOT_HERE,
    operator: known({pid: 0, host: '', version: node?.version ?? '', view}, view.at ?? now),
  };
}
