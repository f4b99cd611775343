import {UNCHECKED_SIGNATURE} from '../plans/proofs.ts';
import {readDirectoryPreconditions} from './account.ts';
import {BLS_EXPLAINED} from './bls-explained.ts';
import {readBls} from './bls-facts.ts';
import {readBlsMembership} from './bls-membership.ts';
import {planBls, planBlsExit} from './bls-plan.ts';
import {blsPreconditions, quorumsToJoin} from './bls-preconditions.ts';
import {readCanReregister} from './bls-reregistration.ts';
import type {AvsState, Flow, FlowPlace} from './flow.ts';
import {requireInput} from './inputs.ts';
import {isCoordinator} from './registry-signs.ts';
import {planCoordinatorSocket} from './socket.ts';

/** M2 quorums of a BLS RegistryCoordinator, of M2 and of middleware v1.x (docs/eigenlayer.md#bls-coordinator). */
export const bls: Flow<'bls'> = {
  name: 'bls',
  words: {
    summary: 'M2 quorums of a registry coordinator, with a BLS key',
    group: {one: 'quorum', many: 'quorums'},
    isChosen: true,
    stays: 'being an operator of EigenLayer, and the BLS key registered',
  },
  explains: BLS_EXPLAINED,
  matches: (signs) =>
    isCoordinator(signs) &&
    signs.answers.serviceManager !== null &&
    signs.answers.isM2QuorumRegistrationDisabled !== true,
  canServe: (signs) =>
    isCoordinator(signs) && signs.answers.serviceManager !== null && signs.answers.allocationManager !== null,
  readPreconditions: async (place, {quorums, blsKeyId: keyId = null}) => {
    const {chain, contracts, operator} = place;
    const [directory, facts] = await Promise.all([
      readDirectoryPreconditions(place),
      readBls(chain, contracts, operator, keyId),
    ]);
    return [...directory, ...blsPreconditions(facts, {operator, quorums, keyId, now: chain.timestamp})];
  },
  readState,
  planRegistration: ({contracts: {registry}, operator}, {joining}, {socket, key, signature}) =>
    planBls({
      registry,
      operator,
      quorums: joining,
      socket: requireInput(socket),
      key,
      signature: signature ?? UNCHECKED_SIGNATURE,
    }),
  planSocket: planCoordinatorSocket,
  planExit: ({contracts, operator}, groups) => planBlsExit(contracts.registry, operator, groups),
  readMembership: ({chain, contracts, operator}, firstBlock) =>
    readBlsMembership(chain, contracts, operator, firstBlock),
  readExit: async ({chain, contracts, operator}) => ({
    canReregister: await readCanReregister(chain, contracts, operator),
    slashableUntil: null,
  }),
  readWayBack: async ({chain, contracts, operator}, remaining) => {
    // The service manager hears only of the last quorum that is left.
    if (remaining.length > 0) return 'open';
    const canReturn = await readCanReregister(chain, contracts, operator);
    if (canReturn === null) return 'unknown';
    return canReturn ? 'open' : 'closed';
  },
  readCoolDown: () => Promise.resolve(null),
};

async function readState(
  {chain, contracts, operator}: FlowPlace,
  wanted: readonly number[] | null,
): Promise<AvsState> {
  const facts = await readBls(chain, contracts, operator, null);
  const joining = quorumsToJoin(facts, wanted);
  const known = facts.status === 'registered';
  return {
    registered: known && joining.length === 0,
    // status=registered with an empty bitmap means that the read failed: unknown.
    known: facts.status === null || (known && facts.registeredQuorums.length === 0) ? null : known,
    operatorId: facts.operatorId,
    groups: facts.registeredQuorums,
    joining,
    blsKeyId: facts.keyId,
    takesBlsKey: true,
    takesSignature: true,
    takesSocket: true,
    keysMissing: [],
  };
}
