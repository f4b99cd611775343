import {encodeFunctionData, keccak256, stringToHex, zeroHash, type Address} from 'viem';
import {penaltyLedgerAbi} from '../../lib/peers/chain/abis-aos.ts';
import {allocationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {say} from '../../lib/foundation/next-step/next-step.ts';
import {ether, percent} from '../../lib/foundation/text/amounts.ts';
import type {OperatorSet} from '../chain/set-calls.ts';
import {allocate, allocationOf, magnitudesOf, setOf} from './operator-set.ts';
import {PENALTIES, type RequestOf} from './request.ts';
import type {Stage} from './stage.ts';

const WAD = 10n ** 18n;

/**
 * Slashes through AllocationManager, with every event of a real slash: the AVS takes `wad` of what the operator has
 * allocated to its set. An operator that has allocated nothing allocates all of its stake first.
 * @throws AosError DEVNET_REFUSED when nothing is left to take
 */
export async function slash(stage: Stage, operator: Address, request: RequestOf<'slash'>): Promise<void> {
  const wad = BigInt(request.wad);
  if (wad === 0n) throw new AosError('USAGE', 'a slash of nothing', {next: say('Give a share above zero.')});
  const set = await setOf(stage, operator);
  await putAtRisk(stage, operator, set);
  const {client, contracts} = stage;
  const {allocation_manager: to, strategies} = contracts;
  const slasher = await client.readContract({
    address: to,
    abi: allocationManagerAbi,
    functionName: 'getSlasher',
    args: [set],
  });
  const args = [
    set.avs,
    {
      operator,
      operatorSetId: set.id,
      strategies: [...strategies],
      wadsToSlash: strategies.map(() => wad),
      description: request.description,
    },
  ] as const;
  const data = encodeFunctionData({abi: allocationManagerAbi, functionName: 'slashOperator', args});
  await stage.send(slasher, {to, data}, `the AVS slashed ${percent(wad, WAD)} of the operator’s allocations`);
}

/** Sees to it that the operator has something allocated in each strategy, now. */
async function putAtRisk(stage: Stage, operator: Address, set: OperatorSet): Promise<void> {
  const {strategies} = stage.contracts;
  await untilInEffect(stage, operator, set);
  const bare: {strategy: Address; free: bigint}[] = [];
  for (const strategy of strategies) {
    const {currentMagnitude} = await allocationOf(stage, operator, set, strategy);
    if (currentMagnitude > 0n) continue;
    const {free, most} = await magnitudesOf(stage, operator, strategy);
    if (most === 0n)
      throw new AosError('DEVNET_REFUSED', `all of the operator’s stake in ${strategy} is slashed already`);
    if (free > 0n) bare.push({strategy, free});
  }
  if (bare.length === 0) return;
  await allocate(
    stage,
    operator,
    {set, strategies: bare.map(({strategy}) => strategy), magnitudes: bare.map(({free}) => free)},
    'the operator allocated all of its free stake to the set',
  );
  await untilInEffect(stage, operator, set);
}

/** A pending change of an allocation takes effect before the slash, which would find nothing otherwise. */
async function untilInEffect(stage: Stage, operator: Address, set: OperatorSet): Promise<void> {
  const blocks = await Promise.all(
    stage.contracts.strategies.map(async (strategy) => {
      const {currentMagnitude, effectBlock} = await allocationOf(stage, operator, set, strategy);
      return currentMagnitude === 0n ? effectBlock : 0;
    }),
  );
  const left = Math.max(...blocks) - Number(await stage.blockNumber());
  if (left > 0) await stage.mine(left, ', until the allocation was in effect');
}

/** Records a penalty in the ledger of the AVS; no stake is touched. */
export async function recordPenalty(
  stage: Stage,
  operator: Address,
  {kind, description}: RequestOf<'penalty'>,
): Promise<void> {
  const {owner, penalty_ledger: to} = stage.contracts;
  const job = stage.job(null);
  const ref = job === null ? zeroHash : keccak256(stringToHex(job.jobId));
  const args = [operator, PENALTIES.indexOf(kind), ref, description] as const;
  const data = encodeFunctionData({abi: penaltyLedgerAbi, functionName: 'record', args});
  const amount = await stage.client.readContract({
    address: to,
    abi: penaltyLedgerAbi,
    functionName: 'penaltyWei',
  });
  await stage.send(owner, {to, data}, `a penalty of ${ether(amount)} ETH was recorded (${kind})`);
}
