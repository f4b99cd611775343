import {say} from '../../../foundation/next-step/next-step.ts';
import {fail} from '../precondition.ts';
import type {Flow} from './flow.ts';
import {requireInput} from './inputs.ts';
import {isCoordinator} from './registry-signs.ts';
import {readSets} from './sets-facts.ts';
import {SETS_EXPLAINED} from './sets-explained.ts';
import {readPlannedKeys} from './sets-keys.ts';
import {readSetsMembership} from './sets-membership.ts';
import {planSetExit, planSets, registrarData} from './sets-plan.ts';
import {setsPreconditions} from './sets-preconditions.ts';
import {readSetsCoolDown, readSetsExit, readSetsState, SET_WORDS} from './sets-state.ts';
import {planRegistrarSocket} from './socket.ts';

/** A registrar need not name the contract that registers operators with it. */
const NO_ALLOCATION_MANAGER = fail(
  'allocation-manager',
  'unknown',
  'EigenLayer’s AllocationManager',
  say('Set chain.contracts.allocation_manager.'),
);

/** Operator sets whose registrar is an AVSRegistrar of middleware v2 (docs/eigenlayer.md#operator-sets). */
export const operatorSets: Flow<'operator-sets'> = {
  name: 'operator-sets',
  words: {
    summary: 'operator sets of AllocationManager, behind an AVSRegistrar',
    group: SET_WORDS,
    isChosen: true,
    stays: 'being an operator of EigenLayer, and the keys registered for the sets',
  },
  explains: SETS_EXPLAINED,
  matches: (signs) => !isCoordinator(signs) && signs.answers.supportsAVS === true,
  canServe: (signs) => !isCoordinator(signs) && signs.answers.supportsAVS === true,
  readPreconditions: async (place, options) => {
    const {chain, contracts, operator} = place;
    const {quorums: sets} = options;
    if (contracts.allocationManager === null) return [NO_ALLOCATION_MANAGER];
    const [facts, keys] = await Promise.all([
      readSets(chain, contracts, operator, sets),
      readPlannedKeys(place, options),
    ]);
    return setsPreconditions(facts, {sets, keys, now: chain.timestamp, block: chain.blockNumber});
  },
  readState: readSetsState,
  planRegistration: ({contracts, operator}, {joining, takesSocket}, {socket}) => {
    const sent = takesSocket ? requireInput(socket) : null;
    return planSets({
      allocationManager: requireInput(contracts.allocationManager),
      registry: contracts.registry,
      operator,
      avs: contracts.serviceManager,
      sets: joining,
      data: registrarData(sent),
      socket: sent,
    });
  },
  planSocket: planRegistrarSocket,
  planExit: ({contracts, operator}, groups) =>
    planSetExit({
      allocationManager: requireInput(contracts.allocationManager),
      registry: contracts.registry,
      operator,
      avs: contracts.serviceManager,
      sets: groups,
    }),
  readMembership: ({chain, contracts, operator}) => readSetsMembership(chain, contracts, operator),
  readExit: readSetsExit,
  readWayBack: () => Promise.resolve('open'),
  readCoolDown: readSetsCoolDown,
};
