import {
  concatHex,
  encodeAbiParameters,
  getContractAddress,
  isAddress,
  numberToHex,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {bytecodeOf} from './artifacts.ts';
import {devRpc, devRpcBatch} from './rpc.ts';

/** A reserved address for a contract, known before its deployment, so that contracts can refer to each other. */
export type Slot = {address: Address; nonces: {implementation: number; proxy: number | null}};

/** The contract for a slot. */
export type Placement = {
  contract: string;
  /** Encoded constructor arguments. */
  args?: Hex;
  /** The set-up call of the contract: its proxy runs it, else a transaction does. */
  setUp?: Hex;
};

/**
 * Transactions of one account that `send` sends together and mines at once. The addresses of contracts follow from the
 * nonces.
 */
export type ChainBatch = {
  /** The account that pays and owns the contracts. */
  owner: Address;
  slot(): Slot;
  /** Reserves a slot behind a proxy, where the batch has proxies. */
  proxiedSlot(): Slot;
  place(slot: Slot, placement: Placement): void;
  /** Reserves a slot and places a contract in it. */
  deploy(contract: string, args?: Hex): Address;
  call(to: Address, data: Hex): void;
  /** Sends and mines all transactions. @throws AosError DEVNET_FAILED when one is not mined or reverts */
  send(): Promise<void>;
};

type Sent = {what: string; request: {from: Address; to?: Address; data: Hex; nonce: Hex; gas: Hex}};

const DEPLOY_GAS = 8_000_000;
const CALL_GAS = 2_000_000;
/** Blocks that the transactions of a batch need at most. */
const BLOCK_LIMIT = 20;

const PROXY_ARGS = parseAbiParameters('address implementation, bytes setUp');

/**
 * Opens a batch of transactions.
 * @param url JSON-RPC of an anvil, whose first unlocked account sends them
 * @throws AosError DEVNET_FAILED
 */
export async function openBatch(url: string, artifacts: URL, proxies: boolean): Promise<ChainBatch> {
  const owner = await firstAccount(url);
  let nonce = Number(await devRpc(url, 'eth_getTransactionCount', [owner, 'pending']));
  const queue: Sent[] = [];

  const addressAt = (at: number): Address => getContractAddress({from: owner, nonce: BigInt(at)});
  const create = (contract: string, at: number, args: Hex): void => {
    const data = concatHex([bytecodeOf(artifacts, contract), args]);
    queue.push({
      what: contract,
      request: {from: owner, data, nonce: numberToHex(at), gas: numberToHex(DEPLOY_GAS)},
    });
  };
  const call = (to: Address, data: Hex): void => {
    const what = `a call of ${to}`;
    queue.push({
      what,
      request: {from: owner, to, data, nonce: numberToHex(nonce++), gas: numberToHex(CALL_GAS)},
    });
  };
  const slot = (): Slot => {
    const implementation = nonce++;
    return {address: addressAt(implementation), nonces: {implementation, proxy: null}};
  };
  const place = ({address, nonces}: Slot, {contract, args = '0x', setUp}: Placement): void => {
    create(contract, nonces.implementation, args);
    if (nonces.proxy === null) {
      if (setUp !== undefined) call(address, setUp);
      return;
    }
    const implementation = addressAt(nonces.implementation);
    create('Proxy', nonces.proxy, encodeAbiParameters(PROXY_ARGS, [implementation, setUp ?? '0x']));
  };

  return {
    owner,
    slot,
    proxiedSlot: () => {
      if (!proxies) return slot();
      const implementation = nonce++;
      const proxy = nonce++;
      return {address: addressAt(proxy), nonces: {implementation, proxy}};
    },
    place,
    deploy: (contract, args = '0x') => {
      const at = slot();
      create(contract, at.nonces.implementation, args);
      return at.address;
    },
    call,
    send: () => sendAll(url, queue.splice(0)),
  };
}

/** Returns the account that pays on a development chain. @throws AosError DEVNET_FAILED */
export async function firstAccount(url: string): Promise<Address> {
  const accounts = await devRpc(url, 'eth_accounts');
  const first: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  if (typeof first === 'string' && isAddress(first)) return first;
  throw new AosError('DEVNET_FAILED', 'the development chain has no unlocked account');
}

async function sendAll(url: string, sent: readonly Sent[]): Promise<void> {
  const hashes = await devRpcBatch(
    url,
    sent.map(({request}) => ({method: 'eth_sendTransaction', params: [request]})),
  );
  const receipts = await mined(url, hashes);
  receipts.forEach((status, index) => {
    if (status !== '0x1')
      throw new AosError(
        'DEVNET_FAILED',
        `the development chain reverted ${sent[index]?.what ?? 'a transaction'}`,
      );
  });
}

/**
 * Mines blocks until every transaction is in one, without waiting for the block time.
 * @returns the status of each transaction
 * @throws AosError DEVNET_FAILED
 */
export async function mined(url: string, hashes: readonly unknown[]): Promise<unknown[]> {
  const requests = hashes.map((hash) => ({method: 'eth_getTransactionReceipt', params: [hash]}));
  for (let block = 0; block < BLOCK_LIMIT; block++) {
    await devRpc(url, 'evm_mine');
    const receipts = await devRpcBatch(url, requests);
    const statuses = receipts.map((receipt) =>
      typeof receipt === 'object' && receipt !== null && 'status' in receipt ? receipt.status : null,
    );
    if (!statuses.includes(null)) return statuses;
  }
  throw new AosError('DEVNET_FAILED', 'the development chain did not mine a transaction');
}

/** Checks an address from outside. @throws AosError DEVNET_FAILED */
export function toAddress(text: string): Address {
  const address = text.toLowerCase();
  if (isAddress(address)) return address;
  throw new AosError('DEVNET_FAILED', `${text} is not an address`);
}
