import {UNCHECKED_SIGNATURE} from '../plans/proofs.ts';
import {readDirectoryPreconditions} from './account.ts';
import {ECDSA_EXPLAINED} from './ecdsa-explained.ts';
import {readEcdsa} from './ecdsa-facts.ts';
import type {EcdsaGenerationName} from './ecdsa-generation.ts';
import {readEcdsaMembership} from './ecdsa-membership.ts';
import {
  B1_ENTRIES,
  B2_ENTRIES,
  B3_ENTRIES,
  planEcdsa,
  planEcdsaExit,
  type EcdsaEntries,
} from './ecdsa-plan.ts';
import {ecdsaPreconditions} from './ecdsa-preconditions.ts';
import type {AvsState, Flow} from './flow.ts';
import {isCoordinator, type RegistrySigns} from './registry-signs.ts';

/** The generations of ECDSAStakeRegistry differ only in their entry points (docs/eigenlayer.md#ecdsa-stake-registry). */
function ecdsaFlow<Name extends EcdsaGenerationName>(
  name: Name,
  since: string,
  entries: EcdsaEntries,
): Flow<Name> {
  const matches = (signs: RegistrySigns): boolean => !isCoordinator(signs) && signs.generation === name;
  return {
    name,
    words: {
      summary: `ECDSAStakeRegistry of ${since}`,
      group: {one: 'quorum', many: 'quorums'},
      isChosen: false,
      stays: 'being an operator of EigenLayer',
    },
    explains: ECDSA_EXPLAINED,
    matches,
    canServe: matches,
    readPreconditions: async (place, {signingKey = null}) => {
      const {chain, contracts, operator} = place;
      const [directory, facts] = await Promise.all([
        readDirectoryPreconditions(place),
        readEcdsa(chain, contracts, operator),
      ]);
      const key = entries.takesSigningKey ? (signingKey ?? operator) : null;
      return [...directory, ...ecdsaPreconditions(facts, key)];
    },
    readState: async ({chain, contracts, operator}) => {
      const {registered} = await readEcdsa(chain, contracts, operator);
      return {...NO_GROUPS, registered: registered === true, known: registered};
    },
    planRegistration: ({contracts, operator}, _state, {signingKey, signature}) =>
      planEcdsa(contracts.registry, entries, {
        operator,
        signingKey,
        signature: signature ?? UNCHECKED_SIGNATURE,
      }),
    planSocket: () => null,
    planExit: ({contracts, operator}) => planEcdsaExit(contracts.registry, operator, entries),
    readMembership: ({chain, contracts, operator}) => readEcdsaMembership(chain, contracts, operator),
    readExit: () => Promise.resolve({canReregister: null, slashableUntil: null}),
    readWayBack: () => Promise.resolve('open'),
    readCoolDown: () => Promise.resolve(null),
  };
}

const NO_GROUPS: Omit<AvsState, 'registered' | 'known'> = {
  operatorId: null,
  groups: [],
  joining: [],
  blsKeyId: null,
  takesBlsKey: false,
  takesSignature: true,
  takesSocket: false,
  keysMissing: [],
};

export const ecdsaB1 = ecdsaFlow('ecdsa-b1', 'early to mid 2024', B1_ENTRIES);
export const ecdsaB2 = ecdsaFlow('ecdsa-b2', 'mid 2024 to 2025', B2_ENTRIES);
export const ecdsaB3 = ecdsaFlow('ecdsa-b3', '2025', B3_ENTRIES);
