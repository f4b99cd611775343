import {encodeFunctionData, parseAbi, toHex, type Hex} from 'viem';
import {createRangeReader} from '../../lib/peers/chain/range.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {checksumAddress} from '../../lib/protocol/wire/ethereum.ts';
import type {SamplingRange} from '../../lib/protocol/vrf/sampling.ts';
import {artifactsFolder, bytecodeOf} from './artifacts.ts';
import {devRpc} from './rpc.ts';

/** The development chain of a devnet; each method resolves when its transaction is in a block. */
export type DevChain = {
  /** Gives an account 1000 ETH. */
  fund(address: string): Promise<void>;
  /** Deploys a compiled contract without constructor arguments; resolves with its checksummed address. */
  deploy(name: string): Promise<string>;
  /** Deploys the VRF range contract. */
  deployRange(): Promise<string>;
  /** Sets the sampling range of an operator, and registers a new one with the contract first. */
  setRange(contract: string, operator: string, range: {start: bigint; end: bigint}): Promise<void>;
  /** Reads the sampling range of an operator. @throws AosError CHAIN_* */
  readRange(contract: string, operator: string): Promise<SamplingRange>;
};

const BALANCE_WEI = 1_000n * 10n ** 18n;
const READ_TIMEOUT_MS = 10_000;
const GAS = 10_000_000;

const RANGE_ABI = parseAbi([
  'function operatorRanges(address operator) view returns (uint256 start, uint256 end)',
  'function registerOperator(address operator, uint256 start, uint256 end)',
  'function updateOperatorRange(address operator, uint256 start, uint256 end)',
]);

/**
 * Creates the access to a development chain.
 * @param url JSON-RPC of an anvil, whose first unlocked account pays and owns the contracts
 * @param artifacts folder with `<Contract>.json`
 * @throws AosError DEVNET_FAILED from every method
 */
export function createDevChain(url: string, artifacts: URL = artifactsFolder()): DevChain {
  const readRange = (contract: string, operator: string): Promise<SamplingRange> =>
    createRangeReader({
      rpcUrls: [url],
      contract,
      nodeId: operator,
      chainId: null,
      timeoutMs: READ_TIMEOUT_MS,
    }).read(AbortSignal.timeout(READ_TIMEOUT_MS));

  const deploy = async (name: string): Promise<string> => {
    const {contractAddress} = await transact(url, {data: bytecodeOf(artifacts, name)});
    if (typeof contractAddress !== 'string')
      throw new AosError('DEVNET_FAILED', `${name} was deployed without an address`);
    return checksumAddress(contractAddress);
  };

  return {
    fund: async (address) => {
      await devRpc(url, 'anvil_setBalance', [address, toHex(BALANCE_WEI)]);
    },
    deploy,
    deployRange: () => deploy('OperatorRangeManager'),
    setRange: async (contract, operator, {start, end}) => {
      const present = await readRange(contract, operator);
      // A registered operator never has (0, 0), because the contract requires start < end.
      const functionName = present.end === 0n ? 'registerOperator' : 'updateOperatorRange';
      const data = encodeFunctionData({
        abi: RANGE_ABI,
        functionName,
        args: [toAddress(operator.toLowerCase()), start, end],
      });
      await transact(url, {to: contract, data});
    },
    readRange,
  };
}

/** Sends a transaction of the first account and mines it at once, without waiting for the block time. */
async function transact(
  url: string,
  transaction: {to?: string; data: Hex},
): Promise<Record<string, unknown>> {
  const accounts = await devRpc(url, 'eth_accounts');
  const from: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  const hash = await devRpc(url, 'eth_sendTransaction', [{from, gas: toHex(GAS), ...transaction}]);
  await devRpc(url, 'evm_mine');
  const receipt = await devRpc(url, 'eth_getTransactionReceipt', [hash]);
  if (!isObject(receipt))
    throw new AosError('DEVNET_FAILED', 'the development chain did not mine a transaction');
  if (receipt['status'] !== '0x1')
    throw new AosError('DEVNET_FAILED', 'a transaction of the development chain was reverted');
  return receipt;
}

function toAddress(text: string): Hex {
  if (isHex(text)) return text;
  throw new AosError('DEVNET_FAILED', `${text} is not an address`);
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-fA-F]+$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
