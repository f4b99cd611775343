import {toFunctionSelector, type Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {allocationManagerAbi, permissionControllerAbi} from './abis-core.ts';
import type {ChainLog} from './log-port.ts';
import {DEPARTURES, readCause, type MembershipCause} from './membership-cause.ts';
import {
  readEjections,
  readQuorumRemovals,
  readRegistryEvents,
  readSetChanges,
  type MembershipEvent,
  type MembershipEvents,
} from './membership-events.ts';
import {membershipRows} from './membership-rows.ts';
import type {Chain} from './open.ts';
import {call, readNamed, valueOf} from './read.ts';
import type {ScanStore} from './scan-store.ts';
import type {SourceRows} from './slashing-decode.ts';
import type {Source} from './slashing-filters.ts';
import {lookUp} from './slashing-look-up.ts';
import type {FactsContext} from './slashing-sources.ts';

/** One transaction that the RPC no longer has. */
const UNKNOWN_CAUSE: MembershipCause = {sender: null, how: 'removed'};

/**
 * Reads how the operator came into and out of the registry, its quorums and operator sets, from all sources that log it: a
 * row of each departure, by the key of the source that says most about it.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function readMembershipRows(
  chain: Chain,
  store: ScanStore,
  context: FactsContext,
): Promise<Map<string, SourceRows>> {
  const read = context.sources.flatMap((source) => {
    const found = eventsOf(source, store.logs(source.key), context);
    return found === null ? [] : [{source, ...found}];
  });
  const causes = new Map<string, MembershipCause>();
  for (const {source, events} of read) {
    const logs = events.map(({log}) => log).filter(({txHash}) => !causes.has(txHash));
    const kept = {store, key: source.key, concurrency: context.concurrency};
    const texts = await lookUp(kept, logs, 'cause', async ({txHash}) => {
      const cause = await readCause(chain, hex(txHash), {...context.plan.place, operator: context.operator});
      return cause === null ? null : JSON.stringify(cause);
    });
    for (const [txHash, text] of texts) causes.set(txHash, parseCause(text));
  }
  const events = read.flatMap((one) => one.events);
  const own = await readAppointees(chain, context, {events, causes});
  const rows = membershipRows(events, (txHash) => {
    const cause = causes.get(txHash) ?? UNKNOWN_CAUSE;
    return own.has(txHash) ? {...cause, how: 'left'} : cause;
  });
  return new Map(
    read.map(({source, unreadable}) => [
      source.key,
      {rows: rows.filter((row) => row.source === source.id), unreadable},
    ]),
  );
}

/** Reads the events of a source of the membership; null for another source. */
function eventsOf(
  {id}: Source,
  logs: readonly ChainLog[],
  {plan, operator, contracts}: FactsContext,
): MembershipEvents | null {
  switch (id) {
    case 'deregistration':
      return readRegistryEvents(logs);
    case 'ejection':
      return readEjections(logs, plan.place.operatorId);
    case 'set-changes':
      return readSetChanges(logs, contracts.serviceManager ?? '');
    case 'quorum-removal':
      return readQuorumRemovals(logs, operator);
    default:
      return null;
  }
}

/**
 * Returns the transactions that took the operator out of sets and that an account sent which may act for the operator: it
 * left by its own will. The permission is read as it is now.
 */
async function readAppointees(
  chain: Chain,
  {operator, plan: {allocationManager}}: FactsContext,
  {events, causes}: {events: readonly MembershipEvent[]; causes: ReadonlyMap<string, MembershipCause>},
): Promise<ReadonlySet<string>> {
  const left = events.filter(({source, way}) => source === 'set-changes' && way === 'out');
  const senders = new Map<string, string>();
  for (const {log} of left) {
    const {sender, how} = causes.get(log.txHash) ?? UNKNOWN_CAUSE;
    if (how === 'removed' && sender !== null) senders.set(log.txHash, sender);
  }
  if (senders.size === 0 || allocationManager === null) return new Set();
  const manager = hex(allocationManager);
  const {controller} = await readNamed(chain, {
    controller: call(allocationManagerAbi, manager, 'permissionController', []),
  });
  if (controller === null) return new Set();
  const unique = [...new Set(senders.values())];
  const answers = await chain.read(
    unique.map((sender) =>
      call(permissionControllerAbi, controller, 'canCall', [hex(operator), hex(sender), manager, LEAVE]),
    ),
  );
  const allowed = unique.filter((_, index) => valueOf(answers[index]) === true);
  return new Set(
    [...senders].flatMap(([txHash, sender]) =>
      allowed.some((one) => sameAddress(one, sender)) ? [txHash] : [],
    ),
  );
}

const LEAVE = toFunctionSelector('deregisterFromOperatorSets((address,address,uint32[]))');

/** Reads a stored cause; another shape means a damaged file and counts as none. */
function parseCause(text: string): MembershipCause {
  try {
    const stored = JSON.parse(text) as {sender?: unknown; how?: unknown};
    const how = DEPARTURES.find((one) => one === stored.how);
    if (how === undefined || typeof stored.sender !== 'string') return UNKNOWN_CAUSE;
    return {sender: stored.sender, how};
  } catch {
    return UNKNOWN_CAUSE;
  }
}

const hex = (text: string): Hex => `0x${text.slice(2)}`;
