import {startAnvil} from '../src/devnet/chain/anvil.ts';
import {deployAos} from '../src/devnet/chain/deploy.ts';
import {devRpc} from '../src/devnet/chain/rpc.ts';
import {contractsOf, leastRequests, readHistory, recordMany} from '../test/support/history-rig.ts';
import {PROVIDERS, startLogShim, type LogShim} from '../test/support/log-shim.ts';
import type {Row} from './figures.ts';

const OPERATOR = '0x00000000000000000000000000000000000000a0';
/** What the shim shows, and how much of it is really there. */
const BLOCKS = 200_000;
const LOGS = 2_000;
const LOGS_A_BLOCK = 4;
const LATENCY_MS = 50;
const STATED_CAPS = [800, 2_000, 10_000] as const;
const HIDDEN_CAPS = [1_300, 3_000, 9_999] as const;
const SPEED_CAP = 2_000;
const TIME_LIMIT_MS = 180_000;

/** `aos slashing-history` over a long history, behind an RPC with the caps of providers. */
export async function benchHistory(): Promise<Row[]> {
  const anvil = await startAnvil({blockTime: 3600});
  let shim: LogShim | undefined;
  try {
    const aos = await deployAos(anvil.url, {flow: 'bls', operator: OPERATOR});
    await recordMany(anvil.url, aos, {operator: OPERATOR, count: LOGS, perBlock: LOGS_A_BLOCK});
    const real = Number(await devRpc(anvil.url, 'eth_blockNumber'));
    const factor = Math.floor((BLOCKS - 1) / real);
    const front = await startLogShim({target: anvil.url, factor, latest: BLOCKS - 1, frozen: true});
    shim = front;

    const scan = async (name: string, cap: number, concurrency = 8): Promise<{ratio: number; ms: number}> => {
      const provider = PROVIDERS[name];
      if (provider === undefined) throw new Error(`no provider ${name}`);
      front.reset();
      front.rules.cap = {blocks: cap, refuse: provider.refuse(cap)};
      const options = {rpcUrls: [front.url], operator: OPERATOR, contracts: contractsOf(aos), concurrency};
      const start = performance.now();
      const {rows} = await readHistory(options, AbortSignal.timeout(TIME_LIMIT_MS));
      const ms = performance.now() - start;
      if (rows.length !== LOGS) throw new Error(`${rows.length} of ${LOGS} logs were found`);
      return {ratio: front.asked.length / leastRequests(front, cap), ms};
    };
    const worst = async (name: string, caps: readonly number[]): Promise<number> => {
      const ratios = [];
      for (const cap of caps) ratios.push((await scan(name, cap)).ratio);
      return Math.max(...ratios);
    };

    const stated = await worst('Infura', STATED_CAPS);
    const hidden = await worst('ankr', HIDDEN_CAPS);
    const {ms: free} = await scan('Infura', SPEED_CAP);
    front.rules.latencyMs = LATENCY_MS;
    const {ms: eight} = await scan('Infura', SPEED_CAP, 8);
    const {ms: one} = await scan('Infura', SPEED_CAP, 1);
    const part = `history (${BLOCKS.toLocaleString('en-US')} blocks, ${LOGS.toLocaleString('en-US')} logs)`;
    return [
      {
        part,
        what: 'requests by the minimum, cap stated',
        figure: stated,
        unit: '×',
        target: {atMost: 1.1},
        note: `caps ${STATED_CAPS.join(', ')}; the worst`,
      },
      {
        part,
        what: 'requests by the minimum, cap found by halving',
        figure: hidden,
        unit: '×',
        target: {atMost: 1.6},
        note: `caps ${HIDDEN_CAPS.join(', ')}; the worst`,
      },
      {
        part,
        what: '8 at a time by one at a time',
        figure: one / eight,
        unit: '×',
        target: {atLeast: 6},
        note: `${LATENCY_MS} ms latency: ${(one / 1000).toFixed(1)} s and ${(eight / 1000).toFixed(1)} s`,
      },
      {part, what: '8 at a time, no latency', figure: free / 1000, unit: 's'},
    ];
  } finally {
    await shim?.close();
    await anvil.close();
  }
}
