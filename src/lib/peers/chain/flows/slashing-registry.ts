import type {AvsState, Flow, FlowPlace} from './flow.ts';
import {requireInput} from './inputs.ts';
import {isCoordinator, type RegistrySigns} from './registry-signs.ts';
import {planSetExit, planSets} from './sets-plan.ts';
import {readSetsCoolDown, readSetsExit, setsState, SET_WORDS} from './sets-state.ts';
import {SLASHING_REGISTRY_EXPLAINED} from './slashing-registry-explained.ts';
import {readCoordinator} from './slashing-registry-facts.ts';
import {readCoordinatorMembership} from './slashing-registry-membership.ts';
import {coordinatorData} from './slashing-registry-plan.ts';
import {coordinatorPreconditions, setsToJoin} from './slashing-registry-preconditions.ts';
import {planCoordinatorSocket} from './socket.ts';

/**
 * Operator sets whose registrar is a SlashingRegistryCoordinator: each set is a quorum with stake and places, and the
 * operator has one BLS key for all (docs/eigenlayer.md#slashing-registry-coordinator). It follows the ABI.
 */
export const slashingRegistry: Flow<'slashing-registry'> = {
  name: 'slashing-registry',
  words: {
    summary: 'operator sets behind a SlashingRegistryCoordinator, with a BLS key',
    group: SET_WORDS,
    isChosen: true,
    stays: 'being an operator of EigenLayer, and the BLS key registered',
  },
  explains: SLASHING_REGISTRY_EXPLAINED,
  matches: takesSets,
  canServe: takesSets,
  readPreconditions: async ({chain, contracts, operator}, {quorums, blsKeyId: keyId = null}) => {
    const facts = await readCoordinator({chain, contracts, operator}, quorums, keyId);
    const {timestamp: now, blockNumber: block} = chain;
    return coordinatorPreconditions(facts, {operator, sets: quorums, keys: null, keyId, now, block});
  },
  readState,
  planRegistration: ({contracts, operator}, {joining}, {socket, key}) => {
    const sent = requireInput(socket);
    return planSets({
      allocationManager: requireInput(contracts.allocationManager),
      registry: contracts.registry,
      operator,
      avs: contracts.serviceManager,
      sets: joining,
      data: coordinatorData(sent, key),
      socket: sent,
    });
  },
  planSocket: planCoordinatorSocket,
  planExit: ({contracts, operator}, groups) =>
    planSetExit({
      allocationManager: requireInput(contracts.allocationManager),
      registry: contracts.registry,
      operator,
      avs: contracts.serviceManager,
      sets: groups,
    }),
  readMembership: readCoordinatorMembership,
  readExit: readSetsExit,
  readWayBack: () => Promise.resolve('open'),
  readCoolDown: readSetsCoolDown,
};

function takesSets(signs: RegistrySigns): boolean {
  return isCoordinator(signs) && signs.answers.allocationManager !== null;
}

async function readState(place: FlowPlace, wanted: readonly number[] | null): Promise<AvsState> {
  const facts = await readCoordinator(place, wanted, null);
  const state = setsState(facts.sets, wanted);
  const joining = setsToJoin(facts, wanted);
  return {
    ...state,
    registered: state.registered || (state.known === true && joining.length === 0),
    joining,
    operatorId: facts.keyId,
    blsKeyId: facts.keyId,
    takesBlsKey: true,
    takesSocket: true,
    keysMissing: [],
  };
}
