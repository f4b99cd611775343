import type {Address} from 'viem';
import {createLimiter} from '../../lib/foundation/async/limiter.ts';
import {AosError, errorText} from '../../lib/foundation/errors/error.ts';
import {checksumAddress} from '../../lib/protocol/wire/ethereum.ts';
import {answerChallenge, openChallenge} from './challenge.ts';
import {eject} from './eject.ts';
import {makeStakePending} from './pending-stake.ts';
import type {ActReport} from './report.ts';
import type {ActRequest} from './request.ts';
import {recordPenalty, slash} from './slash.ts';
import {openStage, operatorOf, type ActPlace, type Stage} from './stage.ts';

/** Does the network's part; what it sends is in a block when it resolves. */
export type Act = (request: ActRequest) => Promise<ActReport>;

/**
 * The network's part on a devnet, one act after the other.
 * @returns throws AosError USAGE | DEVNET_REFUSED | DEVNET_FAILED; what was sent before stays sent
 */
export function createActs(place: ActPlace): Act {
  const inTurn = createLimiter(1);
  return (request) =>
    inTurn.run(async () => {
      try {
        return await perform(openStage(place), request);
      } catch (error) {
        if (error instanceof AosError) throw error;
        // After its first line a message of viem has the whole call.
        const [first = ''] = errorText(error).split('\n');
        throw new AosError('DEVNET_FAILED', first, {cause: error});
      }
    });
}

async function perform(stage: Stage, request: ActRequest): Promise<ActReport> {
  const isAboutOne = 'operator' in request;
  const {address, config} = operatorOf(stage, isAboutOne ? request.operator : null);
  const done = await run(stage, request, address);
  return {
    act: request.act,
    operator: isAboutOne ? checksumAddress(address) : null,
    config,
    steps: stage.steps,
    block: (await stage.blockNumber()).toString(),
    challenge: null,
    pending: null,
    ...done,
  };
}

async function run(
  stage: Stage,
  request: ActRequest,
  operator: Address,
): Promise<Partial<Pick<ActReport, 'challenge' | 'pending'>>> {
  switch (request.act) {
    case 'slash':
      await slash(stage, operator, request);
      return {};
    case 'penalty':
      await recordPenalty(stage, operator, request);
      return {};
    case 'challenge':
      return {challenge: await openChallenge(stage, request)};
    case 'answer':
      return {challenge: await answerChallenge(stage, request)};
    case 'eject':
      await eject(stage, operator, request);
      return {};
    case 'pending-stake':
      return {pending: await makeStakePending(stage, operator, request)};
  }
}
