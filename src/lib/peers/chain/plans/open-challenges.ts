import {zeroHash, type Hex} from 'viem';
import {challengeManagerAbi} from '../abis-aos.ts';
import {chainRequest} from '../failure.ts';
import type {Chain} from '../open.ts';
import {readNamed, call, valueOf} from '../read.ts';

/** Blocks of one eth_getLogs: the smallest limit of a free RPC. */
const LOG_BLOCKS = 10n;
/** Most requests; of a longer answer window only the recent end is read. */
const MAX_REQUESTS = 60n;

/**
 * Reads the indices of the challenges that are not answered yet. Challenges do not name an operator.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function readOpenChallenges(chain: Chain, challengeManager: Hex): Promise<number[]> {
  const {client, endpoint, blockNumber} = chain;
  const {window} = await readNamed(chain, {
    window: call(challengeManagerAbi, challengeManager, 'getChallengeResponseWindowBlock', []),
  });
  const most = LOG_BLOCKS * MAX_REQUESTS;
  const back = window === null || BigInt(window) > most ? most : BigInt(window);
  const first = blockNumber > back ? blockNumber - back : 0n;
  const starts: bigint[] = [];
  for (let from = first; from <= blockNumber; from += LOG_BLOCKS) starts.push(from);
  const logs = await chainRequest(
    endpoint,
    Promise.all(
      starts.map((fromBlock) => {
        const last = fromBlock + LOG_BLOCKS - 1n;
        const toBlock = last > blockNumber ? blockNumber : last;
        return client.getContractEvents({
          address: challengeManager,
          abi: challengeManagerAbi,
          eventName: 'NewChallengeCreated',
          fromBlock,
          toBlock,
          strict: true,
        });
      }),
    ),
  );
  const indices = logs.flat().map(({args}) => args.challengeIndex);
  const answers = await chain.read(
    indices.map((index) => call(challengeManagerAbi, challengeManager, 'allChallengeResponses', [index])),
  );
  return indices.filter((_, at) => {
    const answer = valueOf(answers[at]);
    return answer === null || answer === zeroHash;
  });
}
