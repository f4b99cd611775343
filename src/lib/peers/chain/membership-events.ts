import {toEventSelector} from 'viem';
import {checksumAddress, sameAddress} from '../../protocol/wire/ethereum.ts';
import {avsRegistrarAbi, blsApkRegistryAbi, ejectionManagerAbi} from './abis-avs.ts';
import {allocationManagerAbi} from './abis-core.ts';
import {decodeLogs} from './event-decode.ts';
import type {ChainLog} from './log-port.ts';
import type {SourceId} from './slashing-filters.ts';

/** An operator came into, or out of, a registry as a whole, some of its quorums, or operator sets. */
export type MembershipEvent = {
  log: ChainLog;
  source: SourceId;
  way: 'in' | 'out';
  of: 'registry' | 'quorum' | 'set';
  /** The quorums or sets; none for a whole registry. */
  numbers: readonly number[];
  /** The AVS, or its contract that logged the event. */
  avs: string;
};

export type MembershipEvents = {events: MembershipEvent[]; unreadable: ChainLog[]};

const SETS_LEFT_TOPIC = toEventSelector('OperatorDeregistered(address,uint32[])');

/**
 * Reads the registry's own events: a registry of quorums or of the ECDSA flow logs that the operator is out of all of it, an
 * AVSRegistrar which operator sets it is out of. The filter names the operator.
 */
export function readRegistryEvents(logs: readonly ChainLog[]): MembershipEvents {
  const ofSets = logs.filter(({topics}) => topics[0] === SETS_LEFT_TOPIC);
  const {events, unreadable} = decodeLogs(avsRegistrarAbi, ofSets);
  const base = {source: 'deregistration', way: 'out'} as const;
  return {
    events: [
      ...logs
        .filter(({topics}) => topics[0] !== SETS_LEFT_TOPIC)
        .map((log) => ({...base, log, of: 'registry' as const, numbers: [], avs: contractOf(log)})),
      ...events.map(({log, event}) => ({
        ...base,
        log,
        of: 'set' as const,
        numbers: event.args.operatorSetIds,
        avs: contractOf(log),
      })),
    ],
    unreadable,
  };
}

/** Reads the ejections of an EjectionManager, whose events name the operator by its id only. */
export function readEjections(logs: readonly ChainLog[], operatorId: string | null): MembershipEvents {
  const {events, unreadable} = decodeLogs(ejectionManagerAbi, logs);
  const ours = events.filter(({event}) => event.args.operatorId.toLowerCase() === operatorId?.toLowerCase());
  return {
    events: ours.map(({log, event}) => ({
      log,
      source: 'ejection',
      way: 'out',
      of: 'quorum',
      numbers: [event.args.quorumNumber],
      avs: contractOf(log),
    })),
    unreadable,
  };
}

/** Reads the removals from quorums in a BLSApkRegistry, which has one event for all operators of the AVS. */
export function readQuorumRemovals(logs: readonly ChainLog[], operator: string): MembershipEvents {
  const {events, unreadable} = decodeLogs(blsApkRegistryAbi, logs);
  return {
    events: events.flatMap(({log, event}): MembershipEvent[] => {
      if (event.eventName !== 'OperatorRemovedFromQuorums' || !sameAddress(event.args.operator, operator))
        return [];
      const numbers = [...Buffer.from(event.args.quorumNumbers.slice(2), 'hex')];
      return [{log, source: 'quorum-removal', way: 'out', of: 'quorum', numbers, avs: contractOf(log)}];
    }),
    unreadable,
  };
}

/** Reads AllocationManager's changes of the operator's sets at one AVS. The filter names the operator. */
export function readSetChanges(logs: readonly ChainLog[], avs: string): MembershipEvents {
  const {events, unreadable} = decodeLogs(allocationManagerAbi, logs);
  return {
    events: events.flatMap(({log, event}): MembershipEvent[] => {
      const {eventName, args} = event;
      if (eventName !== 'OperatorAddedToOperatorSet' && eventName !== 'OperatorRemovedFromOperatorSet')
        return [];
      const {operatorSet} = args;
      if (!sameAddress(operatorSet.avs, avs)) return [];
      const way = eventName === 'OperatorAddedToOperatorSet' ? 'in' : 'out';
      return [{log, source: 'set-changes', way, of: 'set', numbers: [operatorSet.id], avs: operatorSet.avs}];
    }),
    unreadable,
  };
}

const contractOf = ({address}: ChainLog): string => checksumAddress(address);
