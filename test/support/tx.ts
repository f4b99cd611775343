import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createPublicClient, http, type Hex} from 'viem';
import {onTestFinished} from 'vitest';
import {createBudget} from '../../src/lib/peers/chain/tx/budget.ts';
import type {TxDeps, TxLimits} from '../../src/lib/peers/chain/tx/deps.ts';
import {txNode} from '../../src/lib/peers/chain/tx/node.ts';
import type {TxPlan} from '../../src/lib/peers/chain/tx/plan.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import type {SignerFaults} from '../../src/devnet/signer/faults.ts';
import {openTxJournal} from '../../src/lib/node/journal/transactions.ts';
import {signerAccount} from '../../src/lib/peers/signer/account.ts';
import type {Time} from '../../src/lib/foundation/time/time.ts';
import {client, devSigner, OPERATOR} from './signer.ts';

/** A contract that each caller may call once; the second call reverts without a reason. */
const ONCE = '0x600f600a5f39600f5ff33354156009575f5ffd5b600133550000';

export const GWEI = 1_000_000_000n;

/** Deploys {@link ONCE} on an anvil and gives its address. */
export async function deployOnce(url: string): Promise<Hex> {
  const [from] = (await devRpc(url, 'eth_accounts')) as [string];
  const hash = await devRpc(url, 'eth_sendTransaction', [{from, data: ONCE, gas: '0x100000'}]);
  await devRpc(url, 'evm_mine');
  const receipt = (await devRpc(url, 'eth_getTransactionReceipt', [hash])) as {contractAddress: Hex};
  return receipt.contractAddress;
}

/** Gives the operator ETH and puts its nonce where the test says it is. */
export async function fund(url: string, wei = 10n ** 18n): Promise<void> {
  await devRpc(url, 'anvil_setBalance', [OPERATOR, `0x${wei.toString(16)}`]);
}

export async function nonceOf(url: string, tag = 'latest'): Promise<number> {
  return Number(await devRpc(url, 'eth_getTransactionCount', [OPERATOR, tag]));
}

export function planFor(to: Hex, intent = 'register:test'): TxPlan {
  return {
    intent,
    title: 'register',
    to,
    data: '0x',
    value: 0n,
    mostGas: 5_000_000n,
    relies: [],
    facts: [],
    signing: null,
  };
}

/** A time that stands still but in `sleep`, which lasts nothing and runs `between`. */
export function steppedTime(between: () => Promise<unknown> = () => Promise.resolve()): Time {
  let now = 1_700_000_000_000;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
      await between();
      signal?.throwIfAborted();
    },
    after: () => () => {},
  };
}

/** A state directory that goes with the test. */
export function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'aos-tx-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

/** What one process has: a signer stand-in, an open journal, and the chain behind `url`. */
export async function process(
  url: string,
  options: {dir?: string; time?: Time; faults?: SignerFaults} = {},
): Promise<TxDeps & {notes: string[]}> {
  const signer = await devSigner({faults: options.faults ?? {}});
  const journal = openTxJournal({dir: options.dir ?? stateDir()});
  onTestFinished(() => journal.close());
  const publicClient = createPublicClient({transport: http(url, {retryCount: 0, timeout: 5_000})});
  const notes: string[] = [];
  const blockNumber = await publicClient.getBlockNumber({cacheTime: 0});
  return {
    node: await txNode({client: publicClient, endpoint: 'test', chainId: 31337, blockNumber}),
    account: signerAccount(client(signer.url)),
    journal,
    time: options.time ?? steppedTime(() => devRpc(url, 'evm_mine')),
    note: (line) => notes.push(line),
    notes,
  };
}

export const limits = (over: Partial<TxLimits> = {}): TxLimits => ({
  maxFeePerGas: null,
  tip: null,
  maxTip: null,
  maxGas: null,
  budget: createBudget(null),
  confirmations: 1,
  waitMs: 60_000,
  pollMs: 1_000,
  signal: new AbortController().signal,
  ...over,
});

export const yes = (): Promise<boolean> => Promise.resolve(true);
