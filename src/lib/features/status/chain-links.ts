import {run, say} from '../../foundation/next-step/next-step.ts';
import {percent} from '../../foundation/text/amounts.ts';
import {sameSocket} from '../../foundation/text/same-socket.ts';
import {type StatusFacts} from './facts.ts';
import {fail, ok, pending, unclear, warn, type Judgement} from './link.ts';
import {count} from '../../foundation/text/words.ts';
import type {RegistrationStatus} from '../../peers/chain/flows/registration-types.ts';
import {flatFact, mapFact, unknown, type Fact, type Known} from '../../foundation/fact.ts';
import {flowNamed} from '../../peers/chain/flows/list.ts';
import {rangeOfNumbers} from '../../node/events/range-share.ts';
import {numbersOf, shareText} from '../../protocol/vrf/share.ts';
import {rowDifference} from '../../peers/dispatcher/row-range.ts';
import type {AvsFacts, PenaltyFacts, RangeFacts} from '../../peers/chain/status/operator-facts.ts';

/** All of an operator's stake is left: AllocationManager's magnitudes begin here and only fall. */
const WHOLE = 10n ** 18n;
const HISTORY = run('slashing-history');

export function judgeOperator({chain}: StatusFacts): Judgement {
  const fact = flatFact(mapFact(chain, ({isOperator}) => isOperator));
  if (fact.state === 'unknown') return unclear(fact);
  return fact.value
    ? ok('an EigenLayer operator', fact.at)
    : fail(
        'not an EigenLayer operator',
        run('register', ['--as-operator', '--metadata-url', 'URL']),
        fact.at,
      );
}

export function judgeAvs({chain, rules}: StatusFacts): Judgement {
  const fact = avsOf(chain);
  if (fact.state === 'unknown') return unclear(fact);
  const {
    at,
    value: {flow, stake},
  } = fact;
  switch (stake.state) {
    case 'unknown':
      return unclear(unknown('the registry did not say', run('register', ['--check'])));
    case 'not_registered':
      return fail(`not registered (${flow})`, run('register'), at);
    case 'deregistered':
      return fail(
        `is out of the AVS (${flow}): it left or was removed, as aos slashing-history says`,
        run('register', ['--check'], 'See whether it can come back'),
        at,
      );
    case 'registered': {
      const socket = socketProblem(stake, rules);
      const numbers = stake.quorums.filter(({member}) => member === true).map(({number}) => number);
      const {group, isChosen} = flowNamed(flow).words;
      const word = numbers.length === 1 ? group.one : group.many;
      const quorums = isChosen && numbers.length > 0 ? `, ${word} ${numbers.join(', ')}` : '';
      const found = `registered (${flow}${quorums})`;
      return socket === null
        ? ok(found, at)
        : warn(
            `${found}, but ${socket}`,
            run('register', [], 'Set it in the configuration, or send the new one'),
            at,
          );
    }
  }
}

function socketProblem(
  {socket}: RegistrationStatus,
  {socket: wanted, outerUrl}: StatusFacts['rules'],
): string | null {
  if (wanted === null || socket.state !== 'known' || sameSocket(socket.value, wanted)) return null;
  const key = wanted === outerUrl ? 'net.outer_url' : 'chain.socket';
  return `its socket ${socket.value} is not ${key} ${wanted}`;
}

export function judgeRange({chain, operator, row, rules}: StatusFacts): Judgement {
  const fact = flatFact(mapFact(chain, ({range}) => range));
  if (fact.state === 'known') return judgeChainRange(fact, row, rules.sortPrecision);
  const seen = operator.state === 'known' ? (operator.value?.view.range ?? null) : null;
  if (seen === null) return unclear(fact);
  const numbers = rangeOfNumbers(seen)?.numbers ?? seen.max;
  const text = `${seen.start}–${seen.end} of ${numbers}, as the operator knows it`;
  const reading = 'Check chain.chain_rpc_url.';
  if (BigInt(seen.end) <= BigInt(seen.start)) return fail(`${text}: it is empty`, run('register'), seen.at);
  return seen.source === 'chain'
    ? ok(text, seen.at)
    : warn(`${text} from an earlier run`, say(reading), seen.at);
}

const OTHER_ROW = say(
  'Nothing to do here, since sampling follows the chain; ask the operator of the dispatcher to correct its row.',
);

/** The chain decides; a row of the dispatcher that says something else is worth a word. */
function judgeChainRange(
  {value: {start, end, max}, at}: Known<RangeFacts>,
  row: StatusFacts['row'],
  precision: number,
): Judgement {
  const isSet = start !== 0n || end !== 0n;
  const said = row.state === 'known' ? (row.value?.range ?? null) : null;
  const difference = rowDifference(said, isSet ? {start, end} : null);
  const also = difference === null ? '' : `; ${difference}`;
  if (end <= start) {
    const range = isSet ? `the range ${start}–${end} is empty` : 'no range is set';
    return fail(`${range}, so no job is ever selected${also}`, run('register'), at);
  }
  const numbers = numbersOf(max, precision);
  const found = `${start}–${end} of ${numbers}: ${shareText({start, end, numbers})}`;
  return difference === null ? ok(found, at) : warn(`${found}${also}`, OTHER_ROW, at);
}

export function judgeChallenges({chain}: StatusFacts): Judgement {
  const fact = flatFact(mapFact(chain, ({challenges}) => challenges));
  if (fact.state === 'unknown') return unclear(fact);
  const {at, value} = fact;
  if (value === null)
    return unclear(
      unknown('no challenge manager is configured', say('Set chain.contracts.challenge_manager.')),
    );
  const {open, unanswered, windowKnown, total} = value;
  if (open.length > 0) {
    const least = open.reduce(
      (min, {blocksLeft}) => (blocksLeft < min ? blocksLeft : min),
      open[0]?.blocksLeft ?? 0n,
    );
    const left =
      least === 1n ? 'the next block is the last that takes an answer' : `${least} blocks left to answer`;
    return pending(
      `${count(open.length, 'challenge')} open, ${left}; the aggregator of the AVS answers`,
      run('challenge list'),
      at,
    );
  }
  if (!windowKnown && unanswered > 0)
    return unclear(
      unknown(`${unanswered} without an answer; the RPC does not say since when`, run('challenge list')),
    );
  return ok(`none open, ${total} so far`, at);
}

export function judgeSlashed({chain}: StatusFacts): Judgement {
  const avs = avsOf(chain);
  const penalties = flatFact(mapFact(chain, (facts) => facts.penalties));
  const ledger = penalties.state === 'known' ? penalties.value : null;
  const magnitudes =
    avs.state === 'known' ? avs.value.stake.strategies.filter(({maxMagnitude}) => maxMagnitude !== null) : [];
  const at = Math.max(...[avs, penalties].map((fact) => (fact.state === 'known' ? fact.at : 0)));

  const cut = magnitudes.filter(({maxMagnitude}) => maxMagnitude !== null && maxMagnitude < WHOLE);
  const executed = ledger?.mine.filter((entry) => entry.executed) ?? [];
  if (cut.length + executed.length > 0) {
    const lost = cut.map(
      ({symbol, strategy, maxMagnitude}) =>
        `${percent(WHOLE - (maxMagnitude ?? 0n), WHOLE)} of its ${symbol ?? strategy}`,
    );
    const parts = [
      ...(lost.length > 0 ? [`lost ${lost.join(' and ')}`] : []),
      ...(executed.length > 0 ? [count(executed.length, 'executed penalty', 'executed penalties')] : []),
    ];
    return fail(parts.join(', '), HISTORY, at);
  }
  const recorded = ledger?.mine.length ?? 0;
  if (recorded > 0)
    return warn(`${count(recorded, 'penalty is', 'penalties are')} recorded and not executed`, HISTORY, at);
  const seen = [
    ...(magnitudes.length > 0
      ? [`the stake in ${count(magnitudes.length, 'strategy', 'strategies')} that count here is intact`]
      : []),
    ...(ledger === null ? [] : [noPenalty(ledger)]),
  ];
  // What was not read may hold a slash.
  const unread = [chain, avs, penalties].find((fact) => fact.state === 'unknown');
  if (unread?.state === 'unknown')
    return unclear(unknown([...seen, unread.reason].join('; '), unread.next ?? HISTORY));
  if (seen.length === 0)
    return unclear(unknown('there is neither an AllocationManager nor a penalty ledger to ask', HISTORY));
  return ok(`not slashed: ${seen.join('; ')}`, at);
}

function noPenalty({looked, total}: PenaltyFacts): string {
  if (total === 0n) return 'no penalty is recorded';
  const which = BigInt(looked) === total ? `the ${total}` : `the newest ${looked} of ${total}`;
  return `none of ${which} recorded penalties is its own`;
}

function avsOf(chain: StatusFacts['chain']): Fact<AvsFacts> {
  return flatFact(mapFact(chain, ({avs}) => avs));
}
