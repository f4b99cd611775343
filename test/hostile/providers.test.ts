import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import {jsonOf, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {startProvider, type ProviderMode} from '../support/provider-shim.ts';

const RUNS = hostileSize({full: 20, bounded: 1});
/** A registration takes half a minute at five requests a second. */
const LIMIT_MS = 1_800_000;

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world, ['--block-time', '2']);
});
afterAll(() => world[Symbol.asyncDispose]());

type Envelope = {exitCode: number; error?: {code: string; message: string}};
type Status = Envelope & {result: {links: {id: string; state: string; found: string}[]}};

const MODES: [string, ProviderMode][] = [
  ['allows five requests a second', {kind: 'rate', most: 5}],
  ['spreads requests over two nodes, one a block behind', {kind: 'behind', blocks: 1}],
];

/** What `aos status` and `aos register` make of such a provider, each time of so many, in figures. */
it.each(MODES)(
  'an RPC that %s serves status and register each time',
  {timeout: LIMIT_MS},
  async (_what, mode) => {
    const provider = await startProvider(devnet.urls.chain, mode);
    const text = readFileSync(devnet.config, 'utf8').replaceAll(devnet.urls.chain, provider.url);
    expect(text).toContain(provider.url);
    const asked = (): number => [...provider.counts.values()].reduce((sum, count) => sum + count, 0);
    const config = world.file(`${mode.kind}.yaml`, text);
    const figures = {
      status: 0,
      statusMs: 0,
      register: 0,
      registerMs: 0,
      statusRequests: 0,
      registerRequests: 0,
    };
    const failures: string[] = [];

    for (let run = 0; run < RUNS; run += 1) {
      const before = asked();
      const at = performance.now();
      const {stdout} = await world.run(['status', '-c', config, '--json']);
      figures.statusMs += performance.now() - at;
      figures.statusRequests += asked() - before;
      const {result, error} = jsonOf(stdout) as Status;
      const unread =
        error === undefined ? result.links.filter(({id, state}) => CHAIN.has(id) && state === 'unknown') : [];
      if (error === undefined && unread.length === 0) figures.status += 1;
      else failures.push(`status: ${error?.message ?? unread.map(({found}) => found).join('; ')}`);
    }

    for (let run = 0; run < RUNS; run += 1) {
      const snapshot = await devRpc(devnet.urls.chain, 'evm_snapshot');
      // A journal of its own: the chain of the last run is gone.
      const home = world.file(
        `${mode.kind}-${run}.yaml`,
        text.replace(/^( *dir: *)(\S+)$/m, `$1${world.home}/store-${mode.kind}-${run}`),
      );
      const before = asked();
      const at = performance.now();
      const {stdout} = await world.run(['register', '-c', home, '--yes', '--json']);
      figures.registerMs += performance.now() - at;
      figures.registerRequests += asked() - before;
      const {exitCode, error} = jsonOf(stdout) as Envelope;
      if (exitCode === 0) figures.register += 1;
      else failures.push(`register: ${exitCode} ${error?.code ?? ''} ${error?.message ?? stdout}`);
      await devRpc(devnet.urls.chain, 'evm_revert', [snapshot]);
    }
    await provider.close();
    const shown = Object.entries(figures).map(([name, sum]) => [
      name,
      name === 'status' || name === 'register' ? sum : Math.round(sum / RUNS),
    ]);
    process.stdout.write(`${JSON.stringify({mode: mode.kind, runs: RUNS, ...Object.fromEntries(shown)})}\n`);
    expect(failures).toEqual([]);
    expect(figures).toMatchObject({status: RUNS, register: RUNS});
  },
);

/** The links of `aos status` that only the chain can tell. */
const CHAIN: ReadonlySet<string> = new Set([
  'operator',
  'avs_registered',
  'stake',
  'vrf_range',
  'slashed',
  'gas',
]);
