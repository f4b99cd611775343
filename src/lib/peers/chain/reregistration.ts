import {encodeFunctionData, zeroHash, type Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {serviceManagerAbi} from './abis-aos.ts';
import {chainRequest} from './failure.ts';
import type {Chain} from './open.ts';
import {readNamed, call} from './read.ts';
import {decodeRevert, revertDataOf} from './revert.ts';
import type {ResolvedContracts} from './contract-types.ts';

const NO_SIGNATURE = {signature: '0x', salt: zeroHash, expiry: 0n} as const;

/**
 * Whether the service manager would take an operator that may have been there before: the published AOSServiceManager
 * keeps everybody on its list and refuses who is on it. Found out by running the registry's call with no signature; it
 * cannot succeed, but it fails for another reason where the way is open. One dependent step, two more while it is paused.
 * @returns null when it cannot be told
 * @throws AosError as {@link Chain.read}
 */
export async function readCanReregister(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
): Promise<boolean | null> {
  const refusal = await refusalOf(chain, contracts, operator);
  if (refusal === 'paused') return isOffTheList(chain, contracts, operator);
  return refusal !== 'no-way-back';
}

async function refusalOf(
  {client, endpoint, blockNumber}: Chain,
  {registry, serviceManager}: ResolvedContracts,
  operator: Hex,
): Promise<string | null> {
  const data = encodeFunctionData({
    abi: serviceManagerAbi,
    functionName: 'registerOperatorToAVS',
    args: [operator, NO_SIGNATURE],
  });
  const request = client.call({account: registry, to: serviceManager, data, blockNumber});
  try {
    await request;
    return null;
  } catch (error) {
    const revert = revertDataOf(error);
    return revert === null
      ? chainRequest(
          endpoint,
          request.then(() => null),
        )
      : (decodeRevert(revert).reason?.id ?? null);
  }
}

/** The list itself: an operator's own range holds its start, also the (0, 0) of one without a range. */
async function isOffTheList(
  chain: Chain,
  {serviceManager}: ResolvedContracts,
  operator: Hex,
): Promise<boolean | null> {
  const {range, length} = await readNamed(chain, {
    range: call(serviceManagerAbi, serviceManager, 'operatorRanges', [operator]),
    length: call(serviceManagerAbi, serviceManager, 'getNumOperators', []),
  });
  if (length === null || length === 0n) return true;
  const {found} = await readNamed(chain, {
    found: call(serviceManagerAbi, serviceManager, 'getOperatorsInRange', [range?.[0] ?? 0n]),
  });
  return found === null ? null : !found.some((one) => sameAddress(one, operator));
}
