import type {Hex} from 'viem';
import {say} from '../../../foundation/next-step/next-step.ts';
import {ether} from '../../../foundation/text/amounts.ts';
import {done, ok, REGISTRATION, unknown, warn, type Precondition} from '../precondition.ts';
import type {EcdsaFacts} from './ecdsa-facts.ts';

/**
 * Returns the preconditions of a registration at an ECDSAStakeRegistry.
 * @param signingKey the wanted signing key; null in the first generation, which has none
 */
export function ecdsaPreconditions(facts: EcdsaFacts, signingKey: Hex | null): Precondition[] {
  return [
    registration(facts.registered),
    weight(facts),
    ...(signingKey === null ? [] : [key(facts.signingKey, signingKey)]),
  ];
}

function registration(registered: boolean | null): Precondition {
  if (registered === null) return unknown(REGISTRATION, 'the registry did not answer', 'registered');
  return registered
    ? done(REGISTRATION, 'registered', 'registered')
    : ok(REGISTRATION, 'not registered', 'registered');
}

/** Judges the weight, in tokens: with too little the registration succeeds, but the registry records 0. */
function weight({weight: now, minimumWeight, registered, recordedWeight}: EcdsaFacts): Precondition {
  const id = 'weight';
  const needed = minimumWeight === null ? 'more than 0' : `more than 0, and ≥ ${ether(minimumWeight)}`;
  if (now === null) return unknown(id, 'the registry did not answer', needed);
  const isEnough = now > 0n && (minimumWeight === null || now >= minimumWeight);
  if (registered === true && isEnough && recordedWeight !== null && recordedWeight !== now)
    return warn(id, `${ether(now)}, recorded as ${ether(recordedWeight)}`, needed, RECORD);
  if (isEnough) return ok(id, ether(now), needed);
  const effect =
    registered === true
      ? 'it is registered, and its signatures count for nothing with weight 0'
      : 'it would be registered with weight 0';
  return warn(id, ether(now), needed, say(`Have more stake delegated: ${effect}.`));
}

const RECORD = say(
  'Send updateOperators([operator]) to the registry, as any account: it records the weight.',
);

function key(registered: Hex | null, wanted: Hex): Precondition {
  const [id, needed] = ['signing-key', wanted];
  if (registered === null) return ok(id, 'none yet', needed);
  if (registered.toLowerCase() === wanted.toLowerCase()) return done(id, registered, needed);
  return warn(id, registered, needed, say('Give the key that is registered, or change it on the chain.'));
}
