import {numbersOf, shareOf} from '../../protocol/vrf/share.ts';
import {CHAIN_LINK_IDS} from '../../node/events/links.ts';
import type {QuorumFigures, StakeFigures, StandingFigures} from '../../node/events/standing.ts';
import type {StandingReading} from '../../node/standing/reading.ts';
import type {ChainFacts} from '../../peers/chain/status/operator-facts.ts';
import {flowNamed} from '../../peers/chain/flows/list.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {known, mapFact, unknown, type Fact} from '../../foundation/fact.ts';
import type {Rules, StatusFacts} from './facts.ts';
import {transactionsPaid} from './gas.ts';
import {judgeChainLink} from './verdict.ts';

/** Entries of a list that are kept, more than a published AVS has: its contracts may name any number. */
const MOST = 256;
/** Characters of a finding: it may name each strategy of an AVS. */
const MOST_TEXT = 500;
const NOT_ASKED = unknown('not asked');

/**
 * What the chain says of an operator, in the node's words: the same links that `aos status` judges, and the figures behind
 * them.
 */
export function standingOf(
  chain: ChainFacts,
  {nodeId, network, rules, now}: {nodeId: string; network: string; rules: Rules; now: number},
): StandingReading {
  const facts: StatusFacts = {
    now,
    nodeId,
    network,
    rules,
    vrfPublicKey: null,
    chain: known(chain, now),
    signer: NOT_ASKED,
    journal: NOT_ASKED,
    operator: NOT_ASKED,
    row: NOT_ASKED,
  };
  const links = CHAIN_LINK_IDS.map((id) => judgeChainLink(id, facts));
  return {
    links: links.map((link) => ({...link, found: safeText(link.found, MOST_TEXT)})),
    figures: figuresOf(chain, rules.sortPrecision),
  };
}

function figuresOf(chain: ChainFacts, precision: number): StandingFigures {
  const {avs, balanceWei, gasPriceWei} = chain;
  const stake = avs.state === 'known' ? avs.value.stake : null;
  const paid = transactionsPaid(balanceWei, gasPriceWei);
  return {
    endpoint: chain.endpoint,
    block: chain.block.toString(),
    blockAt: chain.blockAt,
    registration: {
      state: stake?.state ?? 'unknown',
      flow: avs.state === 'known' ? avs.value.flow : null,
      group: avs.state === 'known' ? flowNamed(avs.value.flow).words.group.one : 'quorum',
    },
    quorums: (stake?.quorums ?? [])
      .slice(0, MOST)
      .map(({number, member, weight, recorded, minimum}): QuorumFigures => ({
        number,
        member,
        weight: text(weight),
        recorded: text(recorded),
        minimum: text(minimum),
      })),
    stake: (stake?.strategies ?? [])
      .slice(0, MOST)
      .map(({strategy, symbol, decimals, amount, maxMagnitude, encumberedMagnitude}): StakeFigures => ({
        strategy,
        symbol,
        decimals,
        amount: text(amount),
        maxMagnitude: text(maxMagnitude),
        allocatedMagnitude: text(encumberedMagnitude),
      })),
    allocations: allocationsOf(chain),
    range: valueOf(
      mapFact(chain.range, ({start, end, max}) => ({
        start: start.toString(),
        end: end.toString(),
        max: max.toString(),
        share: shareOf({start, end, numbers: numbersOf(max, precision)}),
      })),
    ),
    challenges: challengesOf(chain),
    penalties: penaltiesOf(chain),
    rewards: rewardsOf(chain),
    gas: {
      balanceWei: balanceWei.toString(),
      gasPriceWei: text(gasPriceWei),
      // A price of next to nothing pays for more than a number holds.
      registrations: paid === null ? null : Number(paid < MOST_PAID ? paid : MOST_PAID),
    },
  };
}

const MOST_PAID = 1_000_000_000n;

function allocationsOf({allocations, avs}: ChainFacts): StandingFigures['allocations'] {
  const found = valueOf(allocations);
  if (found === null) return null;
  const strategies = avs.state === 'known' ? avs.value.stake.strategies : [];
  return found.slice(0, MOST).map(({set, strategy, magnitude, pendingDiff, effectBlock}) => ({
    set,
    strategy,
    symbol: strategies.find((one) => one.strategy.toLowerCase() === strategy.toLowerCase())?.symbol ?? null,
    magnitude: magnitude.toString(),
    pendingDiff: pendingDiff.toString(),
    effectBlock: text(effectBlock),
  }));
}

/** Null where it is not known which challenges are open: the RPC did not give the logs. */
function challengesOf({challenges}: ChainFacts): StandingFigures['challenges'] {
  const found = valueOf(challenges);
  if (found === null || (!found.windowKnown && found.unanswered > 0)) return null;
  const {total, windowBlocks, open, unansweredIndices} = found;
  return {
    total,
    windowBlocks: windowBlocks.toString(),
    open: open.slice(0, MOST).map(({index, createdBlock, deadlineBlock}) => ({
      index,
      createdBlock: createdBlock.toString(),
      deadlineBlock: deadlineBlock.toString(),
    })),
    unanswered: unansweredIndices.filter((index) => !open.some((one) => one.index === index)),
  };
}

function penaltiesOf({penalties}: ChainFacts): StandingFigures['penalties'] {
  const found = valueOf(penalties);
  if (found === null) return null;
  return found.mine.slice(-MOST).map(({id, kind, amountWei, executed}) => ({
    id: id.toString(),
    kind,
    amountWei: amountWei.toString(),
    executed,
  }));
}

function rewardsOf({rewards, avs}: ChainFacts): StandingFigures['rewards'] {
  const found = valueOf(rewards);
  if (found === null) return null;
  const strategies = avs.state === 'known' ? avs.value.stake.strategies : [];
  return {
    claimer: found.claimer,
    claimed: found.claimed.slice(0, MOST).map(({token, amount}) => {
      const known = strategies.find((one) => one.token?.toLowerCase() === token.toLowerCase());
      return {
        token,
        symbol: known?.symbol ?? null,
        decimals: known?.decimals ?? null,
        amount: amount.toString(),
      };
    }),
  };
}

function valueOf<T>(fact: Fact<T>): T | null {
  return fact.state === 'known' ? fact.value : null;
}

const text = (value: bigint | null): string | null => (value === null ? null : value.toString());
