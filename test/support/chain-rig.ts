import {decodeErrorResult, encodeFunctionData, isHex, parseAbi, type Abi, type Address, type Hex} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {revertErrorsAbi} from '../../src/lib/peers/chain/abis-errors.ts';
import {startAnvil} from '../../src/devnet/chain/anvil.ts';
import {deployAos, type AosContracts, type DeployOptions} from '../../src/devnet/chain/deploy.ts';
import {createHooks, type ChainHooks} from './chain-hooks.ts';
import {sendAs} from '../../src/devnet/chain/send.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import {compiledContracts} from './contracts.ts';

/** The default operator of these tests; its key is known so that it can sign. */
export const OPERATOR = privateKeyToAccount(`0x${'11'.repeat(32)}`);
export const STRANGER = privateKeyToAccount(`0x${'22'.repeat(32)}`);
/** After any block of a test. */
export const LATER = 4_000_000_000n;

/** Errors that only tests meet, beside those the toolkit knows. */
const ERRORS = parseAbi([
  'error Error(string reason)',
  'error ConfigurationAlreadySet()',
  'error CallerNotAllocationManager()',
  'error InputArrayLengthMismatch()',
  'error InsufficientMagnitude()',
  'error InvalidKeyFormat()',
  'error KeyNotFound()',
  'error ModificationAlreadyPending()',
  'error NotAllocationManager()',
  'error NotReporter(address caller)',
  'error AlreadyExecuted(uint256 id)',
  'error OnlyRegistryCoordinator()',
  'error OperatorSetNotConfigured()',
  'error OperatorSetsNotEnabled()',
  'error OperatorStillSlashable()',
  'error SameMagnitude()',
  'error UnknownPenalty(uint256 id)',
  'error ZeroAddress()',
  'error NotAdmin()',
  'error AdminAlreadySet()',
  'error AdminAlreadyPending()',
  'error AdminNotPending()',
  'error AdminNotSet()',
  'error CannotHaveZeroAdmins()',
  'error AppointeeAlreadySet()',
  'error AppointeeNotSet()',
  'error SplitExceedsMax()',
  'error PreviousSplitPending()',
  'error InvalidEarner()',
  'error UninitializedAllocationDelay()',
]);

export type Log = {address: Address; topics: Hex[]; data: Hex};
export type ChainRig = {
  url: string;
  artifacts: URL;
  deploy(options: Partial<DeployOptions> & Pick<DeployOptions, 'flow'>): Promise<AosContracts>;
  hooks(contracts: AosContracts): ChainHooks;
  /** What a call would end in: its answer, or `reverts: reason`; the reason is empty for no data. */
  attempt(from: Address, to: Address, data: Hex): Promise<string>;
  /** Sends it and resolves with its logs; rejects when it reverts. */
  send(from: Address, to: Address, data: Hex): Promise<Log[]>;
  now(): Promise<bigint>;
  block(): Promise<bigint>;
  snapshot(): Promise<unknown>;
  restore(snapshot: unknown): Promise<void>;
  close(): Promise<void>;
};

export async function startChainRig(): Promise<ChainRig> {
  // One after the other: a compilation holds the event loop for longer than anvil may take to listen.
  const contracts = await compiledContracts();
  const anvil = await startAnvil({blockTime: 3600});
  const {artifacts} = contracts;
  const {url} = anvil;
  const blockField = async (field: string): Promise<bigint> => {
    const block = (await devRpc(url, 'eth_getBlockByNumber', ['latest', false])) as Record<string, string>;
    return BigInt(block[field]!);
  };
  return {
    url,
    artifacts,
    deploy: (options) => deployAos(url, {operator: OPERATOR.address, artifacts, ...options}),
    hooks: (deployed) => createHooks(url, deployed, artifacts),
    attempt: async (from, to, data) => {
      const body = {jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{from, to, data}, 'latest']};
      const response = await fetch(url, {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify(body),
      });
      const {result, error} = (await response.json()) as {
        result?: string;
        error?: {data?: unknown; message: string};
      };
      if (result !== undefined) return result;
      return `reverts: ${reasonOf(error?.data) ?? error?.message ?? ''}`;
    },
    send: async (from, to, data) => {
      const [hash] = await sendAs(url, from, [{to, data}]);
      const receipt = (await devRpc(url, 'eth_getTransactionReceipt', [hash])) as {logs: Log[]};
      return receipt.logs;
    },
    now: () => blockField('timestamp'),
    block: () => blockField('number'),
    snapshot: () => devRpc(url, 'evm_snapshot'),
    restore: async (snapshot) => {
      await devRpc(url, 'evm_revert', [snapshot]);
    },
    close: async () => {
      await anvil.close();
      contracts.remove();
    },
  };
}

/** The call of a function given by its signature, for what no ABI of the toolkit has. */
export function callOf(signature: `function ${string}`, args: readonly unknown[] = []): Hex {
  const signatures: readonly string[] = [signature];
  const abi: Abi = parseAbi(signatures);
  return encodeFunctionData({abi, args});
}

function reasonOf(data: unknown): string | null {
  if (!isHex(data)) return null;
  if (data === '0x') return '';
  try {
    const {errorName, args} = decodeErrorResult({abi: [...revertErrorsAbi, ...ERRORS], data});
    return errorName === 'Error' ? args[0] : errorName;
  } catch {
    return data;
  }
}
