import {middle} from '../../foundation/text/cells.ts';
import {percent, shortDecimal} from '../../foundation/text/amounts.ts';
import {measured} from '../../foundation/time/duration.ts';
import type {JobRate} from '../../node/events/rates.ts';
import type {StatusResult} from './result.ts';

type Row = {name: string; text: string};

/** All of an operator's stake in a strategy, as AllocationManager counts it. */
const WHOLE = 10n ** 18n;

/** Rows of the status about allocations, rewards and what costs something on chain. */
export function chainRows({allocations, rewards, costs}: StatusResult): Row[] {
  return [
    ...costs.map(({message, code, since}) => ({
      name: 'costs',
      text: `${message} (${code}, since ${since.slice(0, 16)}Z)`,
    })),
    ...allocationRows(allocations),
    ...rewardRows(rewards),
  ];
}

function allocationRows(allocations: StatusResult['allocations']): Row[] {
  if (allocations.state === 'unknown') return [{name: 'allocated', text: `unknown (${allocations.reason})`}];
  return (allocations.value ?? []).map(({set, strategy, symbol, magnitude, pendingDiff, effectBlock}) => {
    const name = symbol ?? middle(strategy, 13);
    const change =
      effectBlock === null
        ? ''
        : `, ${pendingDiff > 0n ? '+' : '−'}${percent(pendingDiff < 0n ? -pendingDiff : pendingDiff, WHOLE)} from block ${effectBlock} on`;
    return {
      name: 'allocated',
      text: `${percent(magnitude, WHOLE)} of its ${name} to operator set ${set}${change}`,
    };
  });
}

function rewardRows(rewards: StatusResult['rewards']): Row[] {
  if (rewards.state === 'unknown') return [{name: 'rewards', text: `unknown (${rewards.reason})`}];
  if (rewards.value === null) return [];
  const {claimer, claimed} = rewards.value;
  const amounts = claimed
    .filter(({amount}) => amount > 0n)
    .map(({token, symbol, decimals, amount}) =>
      decimals === null
        ? `${amount} of ${symbol ?? middle(token, 13)}`
        : `${shortDecimal(amount, decimals, 6)} ${symbol ?? middle(token, 13)}`,
    );
  const by = claimer === null ? 'the operator itself' : claimer;
  return [
    {
      name: 'rewards',
      text: `${amounts.length === 0 ? 'none' : amounts.join(', ')} claimed; claimer: ${by}; claimable: not known, needs EigenLayer’s sidecar`,
    },
  ];
}

/** Rows about the jobs of the last hour and day. */
export function rateRows({jobs}: StatusResult): Row[] {
  if (jobs.state === 'unknown' || jobs.rates === null) return [];
  const {hour, day} = jobs.rates;
  return [
    {name: 'last hour', text: rateText(hour)},
    {name: 'last day', text: rateText(day)},
  ];
}

/** What became of the jobs that came within a time, in one line. */
function rateText({received, accepted, selected, answered, p95Ms}: JobRate): string {
  if (received === 0) return 'no job came';
  const late = p95Ms === null ? '' : `, 95 % within ${measured(p95Ms)}`;
  return `${accepted} of ${received} accepted${late}; ${answered} of ${selected} selected answered`;
}
