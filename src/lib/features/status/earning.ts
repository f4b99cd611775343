import {flatFact, mapFact, type Fact, type Known} from '../../foundation/fact.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {JobRates} from '../../node/events/rates.ts';
import type {StatusFacts} from './facts.ts';

/** What of the JSON result says how an operator earns: allocations, rewards, and what costs it something on chain. */
export function earningJson({chain, operator}: StatusFacts) {
  const avs = flatFact(mapFact(chain, (facts) => facts.avs));
  const strategies = avs.state === 'known' ? avs.value.stake.strategies : [];
  const costs = operator.state === 'known' ? (operator.value?.view.standing?.costs ?? []) : [];
  return {
    allocations: partJson(flatFact(mapFact(chain, (facts) => facts.allocations)), (allocations) =>
      allocations.map(({set, strategy, magnitude, pendingDiff, effectBlock}) => ({
        set,
        strategy,
        symbol: strategies.find((one) => isSame(one.strategy, strategy))?.symbol ?? null,
        magnitude,
        pendingDiff,
        effectBlock,
      })),
    ),
    rewards: partJson(flatFact(mapFact(chain, (facts) => facts.rewards)), ({claimer, claimed}) => ({
      claimer,
      claimed: claimed.map(({token, amount}) => {
        const known = strategies.find((one) => one.token !== null && isSame(one.token, token));
        return {token, symbol: known?.symbol ?? null, decimals: known?.decimals ?? null, amount};
      }),
      // In no contract: EigenLayer's sidecar computes it.
      claimable: null,
    })),
    costs: costs.map(({key, kind, code, severity, message, since}) => ({
      key,
      kind,
      code,
      severity,
      message,
      since: isoTime(since),
    })),
  };
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A part of the chain that a network may not have: `value` is null then. */
function partJson<T, R>(fact: Fact<T | null>, shape: (value: T) => R) {
  if (fact.state === 'unknown') return {state: 'unknown' as const, reason: fact.reason};
  const {value, at}: Known<T | null> = fact;
  return {state: 'known' as const, value: value === null ? null : shape(value), at: isoTime(at)};
}

/** As the running operator counts the jobs of the last hour and day, else as its journal has them. */
export function ratesOf({journal, operator}: Pick<StatusFacts, 'journal' | 'operator'>): JobRates | null {
  const running = operator.state === 'known' ? operator.value : null;
  const counted = running?.view.work?.rates ?? null;
  return counted ?? (journal.state === 'known' ? (journal.value.rates ?? null) : null);
}
