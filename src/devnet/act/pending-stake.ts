import {encodeFunctionData, type Address} from 'viem';
import {allocationManagerAbi, delegationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {say} from '../../lib/foundation/next-step/next-step.ts';
import {ether} from '../../lib/foundation/text/amounts.ts';
import {allocationDelayAbi, devnetOwnAbi} from './abis.ts';
import type {OperatorSet} from '../chain/set-calls.ts';
import {allocate, allocationOf, magnitudesOf, setOf} from './operator-set.ts';
import type {ActReport} from './report.ts';
import type {RequestOf} from './request.ts';
import type {Stage} from './stage.ts';

/**
 * Changes stake in the two ways whose effect comes later: a deposit, which a registry counts only when the operator's
 * recorded stake is updated, and a change of the operator's allocation, which takes effect some blocks on.
 * @throws AosError DEVNET_REFUSED while a change of the allocation is pending already
 */
export async function makeStakePending(
  stage: Stage,
  operator: Address,
  {deposit, blocks}: RequestOf<'pending-stake'>,
): Promise<NonNullable<ActReport['pending']>> {
  const [strategy] = stage.contracts.strategies;
  const set = await setOf(stage, operator);
  const {effectBlock} = await allocationOf(stage, operator, set, strategy);
  if (effectBlock !== 0)
    throw new AosError(
      'DEVNET_REFUSED',
      `a change of the allocation is pending already, until block ${effectBlock}`,
      {
        next: say('Wait for that block.'),
      },
    );
  await addShares(stage, operator, strategy, BigInt(deposit));
  const {currentMagnitude, newMagnitude} = await changeAllocation(stage, operator, {set, strategy, blocks});
  const after = await allocationOf(stage, operator, set, strategy);
  return {
    deposited: deposit,
    strategy,
    magnitude: currentMagnitude.toString(),
    newMagnitude: newMagnitude.toString(),
    effectBlock: after.effectBlock.toString(),
  };
}

async function addShares(stage: Stage, operator: Address, strategy: Address, deposit: bigint): Promise<void> {
  if (deposit === 0n) return;
  const {owner, delegation_manager: to} = stage.contracts;
  const shares = await stage.client.readContract({
    address: to,
    abi: delegationManagerAbi,
    functionName: 'operatorShares',
    args: [operator, strategy],
  });
  const args = [operator, strategy, shares + deposit] as const;
  const data = encodeFunctionData({abi: devnetOwnAbi, functionName: 'setShares', args});
  await stage.send(owner, {to, data}, `a staker delegated ${ether(deposit)} more of the first strategy`);
}

/** Half of what is free is allocated; where nothing is free, half of the allocation is taken back. */
async function changeAllocation(
  stage: Stage,
  operator: Address,
  {set, strategy, blocks}: {set: OperatorSet; strategy: Address; blocks: number},
): Promise<{currentMagnitude: bigint; newMagnitude: bigint}> {
  const {currentMagnitude} = await allocationOf(stage, operator, set, strategy);
  const {free} = await magnitudesOf(stage, operator, strategy);
  const more = (free + 1n) / 2n;
  if (more > 0n) await setDelay(stage, operator, blocks);
  const newMagnitude = more > 0n ? currentMagnitude + more : currentMagnitude / 2n;
  if (newMagnitude === currentMagnitude)
    throw new AosError('DEVNET_REFUSED', 'the operator has no stake left that it could allocate');
  const what =
    more > 0n
      ? 'the operator allocated half of its free stake'
      : 'the operator took back half of its allocation';
  await allocate(
    stage,
    operator,
    {set, strategies: [strategy], magnitudes: [newMagnitude]},
    `${what}, for later`,
  );
  return {currentMagnitude, newMagnitude};
}

/** The operator's own delay, which is itself in force only after a while. */
async function setDelay(stage: Stage, operator: Address, delay: number): Promise<void> {
  const to = stage.contracts.allocation_manager;
  const [isSet, current] = await stage.client.readContract({
    address: to,
    abi: allocationManagerAbi,
    functionName: 'getAllocationDelay',
    args: [operator],
  });
  if (isSet && current === delay) return;
  const args = [operator, delay] as const;
  const data = encodeFunctionData({abi: allocationDelayAbi, functionName: 'setAllocationDelay', args});
  await stage.send(operator, {to, data}, `the operator set its allocation delay to ${delay} blocks`);
  const configuration = await stage.client.readContract({
    address: to,
    abi: allocationDelayAbi,
    functionName: 'ALLOCATION_CONFIGURATION_DELAY',
  });
  await stage.mine(configuration + 1, ', until the delay was in force');
}
