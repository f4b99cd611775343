import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {Hex} from 'viem';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import {OPERATOR, startChainRig, STRANGER, type ChainRig} from '../support/chain-rig.ts';
import {eventually, jsonOf, openWorld, type World} from '../support/cli.ts';
import {PROVIDERS, startLogShim, type LogShim, type ShimRules} from '../support/log-shim.ts';

const REF: Hex = `0x${'07'.repeat(32)}`;
type Envelope = {
  ok: boolean;
  exitCode: number;
  result?: {verdict: string; statement: string; rows: {description: string; state: string}[]};
  error?: {code: string; next: string};
};

let rig: ChainRig;
let aos: AosContracts;
let world: World;
let shim: LogShim;
let args: string[];

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', moratoriumUntil: 0n});
  const hooks = rig.hooks(aos);
  await hooks.recordPenalty(OPERATOR.address, 0, REF, 'offline for 2 h');
  await hooks.executePenalty(0n);
  await hooks.recordPenalty(STRANGER.address, 1, REF, '=cmd()');
  await hooks.mine(80);
});
afterAll(() => rig.close());
beforeEach(async () => {
  world = openWorld();
  shim = await startLogShim({target: rig.url, factor: 1_000, frozen: true});
  const {service_manager, registry, delegation_manager, avs_directory, allocation_manager, penalty_ledger} =
    aos;
  const contracts = {
    service_manager,
    registry,
    delegation_manager,
    avs_directory,
    allocation_manager,
    penalty_ledger,
  };
  const config = world.file(
    'node.yaml',
    [
      `node_id: "${OPERATOR.address}"`,
      'chain:',
      '  chain_id: 31337',
      `  chain_rpc_url: ${shim.url}`,
      '  contracts:',
      ...Object.entries(contracts).map(([name, address]) => `    ${name}: "${address}"`),
    ].join('\n'),
  );
  args = ['slashing-history', '-c', config];
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await shim.close();
});
const capped = (blocks: number, over: ShimRules = {}): void => {
  Object.assign(shim.rules, {cap: {blocks, refuse: PROVIDERS['Infura']!.refuse(blocks)}, ...over});
};

const sent = (requests: number): Promise<boolean> =>
  eventually(
    () => ((shim.counts.get('eth_getLogs') ?? 0) >= requests ? true : undefined),
    `${requests} requests`,
  );

describe('aos slashing-history', () => {
  it('answers 3 with the executed penalty, the same with and without --json', async () => {
    const text = await world.run(args);
    expect(text.code).toBe(3);
    expect(text.stdout).toContain(`${OPERATOR.address} was slashed: 1 executed entry in blocks 0 to`);
    expect(text.stdout).toContain('penalty 0 executed, Offline: offline for 2 h');
    const json = await world.ask([...args, '--json']);
    expect(json.code).toBe(3);
    const {ok, exitCode, result} = jsonOf(json.stdout) as Envelope;
    expect({ok, exitCode, verdict: result?.verdict, rows: result?.rows.length}).toEqual({
      ok: false,
      exitCode: 3,
      verdict: 'slashed',
      rows: 2,
    });
  });

  it('answers 4 for an operator with recorded penalties only, and 0 with a statement for one without', async () => {
    const warned = await world.ask([...args, '--operator', STRANGER.address, '--csv']);
    expect(warned.code).toBe(4);
    expect(warned.stdout.split('\r\n')[0]).toMatch(/^time,block,tx,/);
    expect(warned.stdout).toContain('IncorrectInference: =cmd()');
    const clean = await world.run([...args, '--operator', `0x${'00'.repeat(19)}aa`]);
    expect(clean.code).toBe(0);
    expect(clean.stdout).toMatch(/^No slashing of 0x\S+ was executed in blocks 0 to \d+ \(/);
  });

  it('needs no configuration file', async () => {
    const bare = await world.ask(['slashing-history', '--operator', OPERATOR.address, '--json'], {
      env: {ETH_RPC_URL: shim.url, AOS_CHAIN_CONTRACTS_PENALTY_LEDGER: aos.penalty_ledger},
    });
    expect(bare.code).toBe(3);
    const nothing = await world.ask(['slashing-history', '--json']);
    expect(nothing.code).toBe(78);
    expect((jsonOf(nothing.stdout) as Envelope).error?.next).toContain('aos init');
    expect(nothing.stdout).toContain('--operator ADDRESS and --rpc-url URL');
  });

  it('leaves a configuration of another network out', async () => {
    const other = await world.ask([...args, '--network', 'mainnet', '--rpc-url', shim.url]);
    expect(other.code).toBe(64);
    expect(other.stderr).toContain('--operator ADDRESS');
    const wrong = await world.ask([
      ...args,
      '--network',
      'mainnet',
      '--rpc-url',
      shim.url,
      '--operator',
      OPERATOR.address,
    ]);
    expect(wrong.code).toBe(77);
    expect(wrong.stderr).toContain('CHAIN_WRONG_ID');
  });

  it('refuses a scan on a free tier with the number of requests and the way out', async () => {
    capped(10);
    const refused = await world.ask([...args, '--json']);
    expect(refused.code).toBe(64);
    const {error} = jsonOf(refused.stdout) as Envelope;
    expect(error?.code).toBe('SCAN_TOO_LARGE');
    expect(error?.next).toMatch(/--since 30d.*--max-requests \d+/);
  });

  it('continues after Ctrl-C where it was', async () => {
    capped(1_000, {latencyMs: 20});
    const first = world.start([...args, '--concurrency', '2']);
    await sent(60);
    const ended = await first.kill('SIGINT');
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('what was read is kept');
    const read = shim.counts.get('eth_getLogs') ?? 0;
    shim.reset();
    expect((await world.ask(args)).code).toBe(3);
    const least = 5 * 80;
    expect(shim.counts.get('eth_getLogs') ?? 0).toBeGreaterThan(least / 2);
    const rest = shim.counts.get('eth_getLogs') ?? 0;
    shim.reset();
    const other = openWorld();
    try {
      const fresh = await other.ask(args);
      expect(fresh.code).toBe(3);
    } finally {
      await other[Symbol.asyncDispose]();
    }
    const whole = shim.counts.get('eth_getLogs') ?? 0;
    // Two were under way when it ended, and each run asks once more than the cap allows.
    expect(read + rest).toBeLessThanOrEqual(whole + 2 + 4);
  });

  it('ends by SIGTERM with 143', async () => {
    capped(1_000, {latencyMs: 50});
    const running = world.start([...args, '--concurrency', '1']);
    await sent(5);
    expect((await running.kill('SIGTERM')).code).toBe(143);
  });
});
