import {readdirSync} from 'node:fs';
import path from 'node:path';
import type {Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {aosDirs, nodeStateDir} from '../../src/lib/config/paths.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../support/chain-hooks.ts';
import {openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {OPERATOR, startChainRig, type ChainRig} from '../support/chain-rig.ts';
import {openWorld, type Ended, type World} from '../support/cli.ts';
import {callbackBody, contentOf, dispatchFrame} from '../support/evidence.ts';
import {newJob, VRF} from '../support/journal.ts';

const HASH: Hex = `0x${'07'.repeat(32)}`;
type Result = {open: number; challenges: {clockNumber: string; blocksLeft: number; msLeft: number}[]};

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let world: World;
let config: string;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls'});
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(() => {
  world = openWorld();
  world.file('vrf.key', '01'.repeat(32));
  config = world.file(
    'node.yaml',
    [
      'node:',
      `  node_id: "${OPERATOR.address}"`,
      '  signer_key: http://127.0.0.1:9',
      '  vrf_key_file: ./vrf.key',
      'net:',
      '  dispatcher_url: 127.0.0.1:9',
      'chain:',
      '  chain_id: 31337',
      `  chain_rpc_url: ${rig.url}`,
      `  vrf_range_contract: "${aos.range_manager}"`,
      '  contracts:',
      `    challenge_manager: "${aos.challenge_manager}"`,
    ].join('\n'),
  );
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const aosChallenge = (...args: string[]): Promise<Ended> => world.ask(['challenge', ...args, '-c', config]);
const resultOf = ({stdout}: Ended): Result => (JSON.parse(stdout) as {result: Result}).result;

async function fillJournal(): Promise<void> {
  const dir = nodeStateDir(aosDirs(world.env), 'custom', OPERATOR.address);
  const journal = await openJournal({dir, clockId: 1n});
  const frame = dispatchFrame([{jobId: 'a', clock: {'7': '76'}}]);
  const {record} = await journal.receive(newJob('a', {frame}));
  const {seq} = record;
  await journal.select(seq, VRF, {requestId: 'q', seq, kind: 'opml', attempt: 1, askedAt: 1});
  const answer = {outcome: 'answered', vrf: VRF, content: contentOf({'7': '77'}), at: 3} as const;
  await journal.answer('q', callbackBody('0xroot'), 2, () => answer);
  await journal.remember('sampling-range', '0 9 100 5');
  await journal.close();
}

describe('aos challenge', () => {
  it('lists, shows and gathers evidence, each with its exit code', async () => {
    const none = await aosChallenge('list');
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('No challenges')]);
    await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
    await fillJournal();

    const listed = await aosChallenge('list', '--open', '--json');
    expect(listed.code).toBe(4);
    const {open, challenges} = resultOf(listed);
    expect(open).toBe(1);
    expect(challenges[0]?.clockNumber).toBe('77');
    expect(challenges[0]?.blocksLeft).toBeGreaterThan(0);
    const shown = await aosChallenge('show', '0');
    expect([shown.code, shown.stdout]).toEqual([
      4,
      expect.stringContaining(`→ aos challenge evidence -c ${config} 77`),
    ]);
    expect((await aosChallenge('show', '1')).code).toBe(3);
    expect((await aosChallenge('show', 'x')).code).toBe(64);

    const out = path.join(world.home, 'evidence-clock-77');
    const gathered = await aosChallenge('evidence', '77');
    expect([gathered.code, gathered.stdout]).toEqual([0, expect.stringContaining(`6 files in ${out}`)]);
    expect(readdirSync(out)).toContain('manifest.json');
    expect((await aosChallenge('evidence', '77')).code).toBe(73);
    expect((await aosChallenge('evidence', '77', '--force', '--offline')).code).toBe(0);
    expect((await aosChallenge('evidence', '78')).code).toBe(3);
  });

  it('says that the chain is away', async () => {
    const {code} = await world.run(['challenge', 'list', '-c', config, '--rpc-url', 'http://127.0.0.1:9']);
    expect(code).toBe(69);
  });
});
