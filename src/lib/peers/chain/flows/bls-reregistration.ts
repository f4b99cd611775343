import {encodeFunctionData, zeroHash, type Hex} from 'viem';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {serviceManagerAbi} from '../abis-aos.ts';
import {chainRequest} from '../failure.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import {decodeRevert, revertDataOf} from '../revert.ts';
import type {ResolvedContracts} from '../contract-types.ts';

const NO_SIGNATURE = {signature: '0x', salt: zeroHash, expiry: 0n} as const;

/**
 * Reads whether the service manager accepts an operator that may have been registered before: the published
 * AOSServiceManager never removes an address from its list and refuses listed addresses. Simulates the registry's call
 * without a signature, which always fails, but for another reason when the address is accepted. One dependent step, two
 * more while the contract is paused.
 * @returns null when unknown
 * @throws AosError as {@link Chain.read}
 */
export async function readCanReregister(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
): Promise<boolean | null> {
  const refusal = await refusalOf(chain, contracts, operator);
  if (refusal === 'paused') return isOffTheList(chain, contracts, operator);
  return refusal !== 'reregistration';
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

/** Searches the list: an operator's range contains its own start, also the (0, 0) of an operator without a range. */
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
