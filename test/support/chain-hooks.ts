import {
  decodeFunctionResult,
  encodeFunctionData,
  isHex,
  numberToHex,
  parseAbi,
  type Address,
  type Hex,
} from 'viem';
import {
  challengeManagerAbi,
  penaltyLedgerAbi,
  serviceManagerAbi,
} from '../../src/lib/peers/chain/abis-aos.ts';
import {allocationManagerAbi} from '../../src/lib/peers/chain/abis-core.ts';
import {AosError} from '../../src/lib/foundation/errors/error.ts';
import {artifactsFolder} from '../../src/devnet/chain/artifacts.ts';
import {toAddress} from '../../src/devnet/chain/batch.ts';
import type {DomainVersion} from '../../src/devnet/chain/core.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import {sendAs} from '../../src/devnet/chain/send.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import {
  allocating,
  deployOpenRegistrar,
  joiningSet,
  makingSets,
  namingRegistrar,
} from '../../src/devnet/chain/set-calls.ts';

/** 0 Offline, 1 IncorrectInference, 2 ZkVerifyFailed. */
export type PenaltyKind = 0 | 1 | 2;

export type SlashOptions = {
  operator: string;
  /** Of the service manager; 0. */
  operatorSetId?: number;
  /** The cut of the operator's allocation in each strategy, 1e18 = all of it; one entry per strategy to cut. */
  wads: readonly bigint[];
  description?: string;
};

/** What happens to an operator on a real network, made to happen. Every call is in a block when it resolves. */
export type ChainHooks = {
  /** What stakers have delegated; `strategy` by its index. */
  setShares(operator: string, strategy: 0 | 1, shares: bigint): Promise<Hex>;
  /** Puts part of the operator's stake at risk, in its name: 1e18 is all of it. */
  allocate(operator: string, operatorSetId: number, magnitudes: readonly bigint[]): Promise<Hex>;
  /**
   * Slashes through AllocationManager, with every event of a real one. In the flows without operator sets the
   * operator is first put into one of the service manager, with all its stake at risk.
   */
  slash(options: SlashOptions): Promise<Hex>;
  /** OperatorSharesSlashed alone. */
  slashShares(operator: string, strategy: 0 | 1, shares: bigint): Promise<Hex>;
  /** Puts an operator out of quorums (flow (a)), as the ejector does. */
  eject(operator: string, quorums: readonly number[]): Promise<Hex>;
  recordPenalty(operator: string, kind: PenaltyKind, ref: Hex, description: string): Promise<Hex>;
  executePenalty(id: bigint): Promise<Hex>;
  /** Unix seconds. */
  setMoratorium(until: bigint): Promise<Hex>;
  createChallenge(challenge: {clockNumber: bigint; attestationHash: Hex; signature?: Hex}): Promise<Hex>;
  /** Of the service manager; it wants an operator that has been registered. */
  setServiceManagerRange(operator: string, range: {start: bigint; end: bigint}): Promise<Hex>;
  setDomain(domain: DomainVersion): Promise<Hex>;
  /** Stops the parts of a contract whose bits are set. */
  setPaused(contract: Address, bits: bigint): Promise<Hex>;
  setMinimumStake(quorum: number, stake: bigint): Promise<Hex>;
  /** Seconds before an ejected operator may come back. */
  setEjectionCooldown(seconds: bigint): Promise<Hex>;
  /** Blocks with this many seconds between them; 1. */
  mine(blocks: number, secondsApart?: number): Promise<void>;
};

const ABI = parseAbi([
  'function setShares(address operator, address strategy, uint256 shares)',
  'function slashShares(address operator, address strategy, uint256 shares)',
  'function eject(address operator, bytes quorumNumbers)',
  'function setMoratorium(uint256 moratoriumUntil)',
  'function setDomainVersion(string domainVersion)',
  'function setPaused(uint256 bits)',
  'function setMinimumStakeForQuorum(uint8 quorumNumber, uint96 minimumStake)',
  'function setEjectionCooldown(uint256 cooldownSeconds)',
]);
const ALL = 10n ** 18n;

/**
 * @param url JSON-RPC of the anvil the contracts are on
 * @throws AosError DEVNET_FAILED from every method
 */
export function createHooks(
  url: string,
  contracts: AosContracts,
  artifacts: URL = artifactsFolder(),
): ChainHooks {
  const {owner, strategies} = contracts;
  const avs = contracts.service_manager;
  const send = async (from: Address, to: Address | null, data: Hex): Promise<Hex> => {
    if (to === null) throw new AosError('DEVNET_FAILED', `flow ${contracts.flow} has no such contract`);
    const [hash] = await sendAs(url, from, [{to, data}]);
    if (hash === undefined) throw new AosError('DEVNET_FAILED', 'nothing was sent');
    return hash;
  };
  const asOwner = (to: Address | null, data: Hex): Promise<Hex> => send(owner, to, data);
  const allocation = contracts.allocation_manager;

  const isMember = async (operator: Address, id: number): Promise<boolean> => {
    const call = {abi: allocationManagerAbi, functionName: 'isMemberOfOperatorSet'} as const;
    const data = encodeFunctionData({...call, args: [operator, {avs, id}]});
    const result = await devRpc(url, 'eth_call', [{to: allocation, data}, 'latest']);
    return isHex(result) && decodeFunctionResult({...call, data: result});
  };

  const allocate = (operator: string, id: number, magnitudes: readonly bigint[]): Promise<Hex> => {
    const used = strategies.slice(0, magnitudes.length);
    const data = allocating(toAddress(operator), {set: {avs, id}, strategies: used, magnitudes});
    return send(toAddress(operator), allocation, data);
  };

  /** What the AVS and the operator would have done themselves where there are operator sets. */
  const makeSlashable = async (operator: Address, id: number): Promise<void> => {
    if (contracts.flow === 'operator-sets' || (await isMember(operator, id))) return;
    const registrar = await deployOpenRegistrar(url, artifacts);
    await sendAs(url, avs, [
      {to: allocation, data: namingRegistrar(avs, registrar)},
      {to: allocation, data: makingSets(avs, [id], strategies)},
    ]);
    await send(operator, allocation, joiningSet(operator, {avs, id}));
    await allocate(
      operator,
      id,
      strategies.map(() => ALL),
    );
  };

  return {
    setShares: (operator, strategy, shares) =>
      asOwner(
        contracts.delegation_manager,
        encodeFunctionData({
          abi: ABI,
          functionName: 'setShares',
          args: [toAddress(operator), strategies[strategy], shares],
        }),
      ),
    allocate,
    slash: async ({operator, operatorSetId = 0, wads, description = 'slashed on the devnet'}) => {
      const slashed = toAddress(operator);
      await makeSlashable(slashed, operatorSetId);
      const params = {
        operator: slashed,
        operatorSetId,
        strategies: strategies.slice(0, wads.length),
        wadsToSlash: [...wads],
        description,
      };
      const args = [avs, params] as const;
      return send(
        avs,
        allocation,
        encodeFunctionData({abi: allocationManagerAbi, functionName: 'slashOperator', args}),
      );
    },
    slashShares: (operator, strategy, shares) =>
      asOwner(
        contracts.delegation_manager,
        encodeFunctionData({
          abi: ABI,
          functionName: 'slashShares',
          args: [toAddress(operator), strategies[strategy], shares],
        }),
      ),
    eject: (operator, quorums) =>
      asOwner(
        contracts.ejection_manager,
        encodeFunctionData({
          abi: ABI,
          functionName: 'eject',
          args: [toAddress(operator), `0x${Buffer.from(quorums).toString('hex')}`],
        }),
      ),
    recordPenalty: (operator, kind, ref, description) =>
      asOwner(
        contracts.penalty_ledger,
        encodeFunctionData({
          abi: penaltyLedgerAbi,
          functionName: 'record',
          args: [toAddress(operator), kind, ref, description],
        }),
      ),
    executePenalty: (id) =>
      asOwner(
        contracts.penalty_ledger,
        encodeFunctionData({abi: penaltyLedgerAbi, functionName: 'execute', args: [id]}),
      ),
    setMoratorium: (until) =>
      asOwner(
        contracts.penalty_ledger,
        encodeFunctionData({abi: ABI, functionName: 'setMoratorium', args: [until]}),
      ),
    createChallenge: ({clockNumber, attestationHash, signature = '0x'}) =>
      asOwner(
        contracts.challenge_manager,
        encodeFunctionData({
          abi: challengeManagerAbi,
          functionName: 'createNewChallenge',
          args: [clockNumber, attestationHash, signature, 67, '0x00'],
        }),
      ),
    setServiceManagerRange: (operator, {start, end}) =>
      asOwner(
        avs,
        encodeFunctionData({
          abi: serviceManagerAbi,
          functionName: 'updateOperatorRange',
          args: [toAddress(operator), start, end],
        }),
      ),
    setDomain: (domain) =>
      asOwner(
        contracts.avs_directory,
        encodeFunctionData({
          abi: ABI,
          functionName: 'setDomainVersion',
          args: [domain === 'none' ? '' : domain],
        }),
      ),
    setPaused: (contract, bits) =>
      asOwner(contract, encodeFunctionData({abi: ABI, functionName: 'setPaused', args: [bits]})),
    setMinimumStake: (quorum, stake) =>
      asOwner(
        contracts.stake_registry,
        encodeFunctionData({abi: ABI, functionName: 'setMinimumStakeForQuorum', args: [quorum, stake]}),
      ),
    setEjectionCooldown: (seconds) =>
      asOwner(
        contracts.registry,
        encodeFunctionData({abi: ABI, functionName: 'setEjectionCooldown', args: [seconds]}),
      ),
    mine: async (blocks, secondsApart = 1) => {
      await devRpc(url, 'anvil_mine', [numberToHex(blocks), numberToHex(secondsApart)]);
    },
  };
}
