import {getAbiItem, zeroAddress, zeroHash, type Hex} from 'viem';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {registryCoordinatorAbi, socketRegistryAbi, stakeRegistryAbi} from '../abis-avs.ts';
import {unique} from '../addresses.ts';
import {readQuorums, quorumsOf, type QuorumFacts} from './bls-quorums.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import type {Socket, Membership, MembershipParts} from './registration-types.ts';

/** Reads the membership in the BLS flow. One dependent step, and one more in the returned promise. */
export async function readBlsMembership(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  firstBlock: bigint,
): Promise<MembershipParts> {
  const stakes = contracts.stakeRegistry ?? zeroAddress;
  const places = contracts.quorums.flatMap(({number, strategies}) =>
    Array.from({length: strategies}, (_, index) => ({number, index: BigInt(index)})),
  );
  const [{info}, quorums, params, totals] = await Promise.all([
    readNamed(chain, {info: call(registryCoordinatorAbi, contracts.registry, 'getOperator', [operator])}),
    readQuorums(chain, contracts, operator),
    chain.read(
      places.map(({number, index}) =>
        call(stakeRegistryAbi, stakes, 'strategyParamsByIndex', [number, index]),
      ),
    ),
    chain.read(
      contracts.quorums.map(({number}) => call(stakeRegistryAbi, stakes, 'getCurrentTotalStake', [number])),
    ),
  ]);
  const strategies = places.flatMap(({number}, index) => {
    const found = valueOf(params[index]);
    return found === null ? [] : [{number, ...found}];
  });
  const shared = quorums.map((quorum, index) => ({
    quorum,
    total: valueOf(totals[index]),
    strategies: strategies.filter(({number}) => number === quorum.number),
  }));
  const membership = readMembershipById(chain, contracts, {info, firstBlock, shared});
  return {membership, strategies: unique(strategies.map(({strategy}) => strategy))};
}

type Known = {
  info: {operatorId: Hex; status: number} | null;
  firstBlock: bigint;
  shared: readonly {
    quorum: QuorumFacts;
    total: bigint | null;
    strategies: readonly {strategy: Hex; multiplier: bigint}[];
  }[];
};

const STATES = ['not_registered', 'registered', 'deregistered'] as const;

/** Reads what depends on the operator id. One dependent step. */
async function readMembershipById(
  chain: Chain,
  contracts: ResolvedContracts,
  {info, firstBlock, shared}: Known,
): Promise<Membership> {
  const id = info === null || info.operatorId === zeroHash ? null : info.operatorId;
  const stakes = contracts.stakeRegistry ?? zeroAddress;
  const [{bitmap}, recorded, socket] = await Promise.all([
    readNamed(chain, {
      bitmap: call(registryCoordinatorAbi, contracts.registry, 'getCurrentQuorumBitmap', [id ?? zeroHash]),
    }),
    chain.read(
      shared.map(({quorum: {number}}) =>
        call(stakeRegistryAbi, stakes, 'getCurrentStake', [id ?? zeroHash, number]),
      ),
    ),
    id === null ? ({state: 'none'} as const) : readBlsSocket(chain, contracts, id, firstBlock),
  ]);
  const members = quorumsOf(id === null ? 0n : (bitmap ?? 0n));
  return {
    state: info === null ? 'unknown' : (STATES[info.status] ?? 'unknown'),
    operatorId: id,
    socket,
    quorums: shared.map(({quorum, total, strategies}, index) => ({
      number: quorum.number,
      member: id !== null && bitmap === null ? null : members.includes(quorum.number),
      weight: quorum.weight,
      recorded: id === null ? 0n : valueOf(recorded[index]),
      total,
      minimum: quorum.minimumStake,
      operators: quorum.operators,
      maxOperators: quorum.maxOperators,
      strategies: strategies.map(({strategy, multiplier}) => ({strategy, multiplier})),
    })),
  };
}

/** Reads an operator's socket: from the SocketRegistry, or from the logs of an older registry. */
export async function readBlsSocket(
  chain: Chain,
  {registry, socketRegistry}: ResolvedContracts,
  operatorId: Hex,
  fromBlock: bigint,
): Promise<Socket> {
  if (socketRegistry !== null) {
    const {socket} = await readNamed(chain, {
      socket: call(socketRegistryAbi, socketRegistry, 'getOperatorSocket', [operatorId]),
    });
    if (socket === null) return {state: 'unknown', why: 'the socket registry did not answer'};
    return socket === '' ? {state: 'none'} : {state: 'known', value: safeText(socket)};
  }
  try {
    const logs = await chain.client.getLogs({
      address: registry,
      event: getAbiItem({abi: registryCoordinatorAbi, name: 'OperatorSocketUpdate'}),
      args: {operatorId},
      fromBlock,
      toBlock: chain.blockNumber,
      strict: true,
    });
    const value = logs.at(-1)?.args.socket;
    // A registration has such an event, so an RPC that gives none does not have the logs of its block.
    if (value === undefined)
      return {state: 'unknown', why: `${chain.endpoint} does not have the logs of the registration`};
    return {state: 'known', value: safeText(value)};
  } catch {
    chain.signal.throwIfAborted();
    // Most public endpoints refuse so long a range.
    return {state: 'unknown', why: `${chain.endpoint} does not serve the logs of all blocks`};
  }
}
