import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ndjson, openWorld, type Ended, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {goodFile, RAW_KEY} from '../support/config-file.ts';
import {startRpcShim} from '../support/rpc-shim.ts';

const SEED = 'a'.repeat(64);

type Failure = {exit: number | null; code: string; message: string; next: string; plain: string; all: string};

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  world.file('vrf.key', SEED);
  devnet = await devnetUp(world);
});
afterAll(() => world[Symbol.asyncDispose]());

/** `run` starts the program, `ask` has it carried out by one that runs already; `run` is kept for one failure of each exit code. */
type How = {by?: 'run' | 'ask'; env?: Record<string, string | undefined>};

/** A command that must fail, plain and with `--json`, of which both must say the same. */
async function failure(args: readonly string[], {by = 'ask', env = {}}: How = {}): Promise<Failure> {
  // One after the other: two at once would be in each other's way, at the journal's lock.
  const plain = await world[by](args, {env});
  const json = await world[by]([...args, '--json'], {env});
  expect(json.code).toBe(plain.code);
  expect(plain.stdout).toBe('');
  const streams = args[0] === 'run' || (args[0] === 'devnet' && args[1] === 'up');
  const envelope = (streams ? ndjson(json.stdout).at(-1) : jsonOf(json.stdout)) as Record<string, unknown>;
  expect(Object.keys(envelope)).toEqual([...(streams ? ['type'] : []), 'schema', 'ok', 'exitCode', 'error']);
  expect(envelope).toMatchObject({
    ...(streams ? {type: 'error'} : {}),
    schema: 'aos.error/v1',
    ok: false,
    exitCode: plain.code,
  });
  const error = envelope['error'] as {
    code: string;
    message: string;
    hint: string;
    next: string;
    category: string;
  };
  expect(Object.keys(error).slice(0, 5)).toEqual(['code', 'category', 'message', 'hint', 'next']);
  for (const part of [error.code, error.next]) expect(plain.stderr).toContain(part);
  // A wrong command line means nothing beyond its message.
  expect(plain.stderr.includes(error.hint)).toBe(error.code !== 'USAGE');
  return {
    exit: plain.code,
    code: error.code,
    message: error.message,
    next: error.next,
    plain: plain.stderr,
    all: everything(plain, json),
  };
}

const everything = (...ends: Ended[]): string => ends.map(({stdout, stderr}) => stdout + stderr).join('\n');

describe('a configuration that does not do', () => {
  it.each([
    [['run'], 'run'],
    [['signer', 'check'], 'ask'],
  ] as const)('%s: none at all', async (args, by) => {
    expect(await failure(args, {by})).toMatchObject({
      exit: 78,
      code: 'CONFIG_MISSING',
      next: expect.stringContaining('-c FILE') as string,
    });
  });

  it.each([[['run', '--headless']], [['signer', 'check']]])(
    '%s: a published key, and an RPC that serves a chain that is no devnet',
    async (args) => {
      const rpc = await startRpcShim(devnet.urls.chain, ({id, method}) =>
        method === 'eth_chainId'
          ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: '0x1'})}
          : null,
      );
      const text = goodFile().replace('https://rpc.example.org/v3/abc', rpc.url);
      const config = world.file('published.yaml', text);
      const {code, stderr} = await world.run([...args, '-c', config]);
      await rpc.close();
      expect(code).toBe(77);
      expect(stderr).toContain('KEY_PUBLIC');
      expect(stderr).toContain('on chain 1 too');
    },
  );

  it('names a file that is not there', async () => {
    expect(await failure(['run', '-c', 'nowhere.yaml'])).toMatchObject({exit: 78, code: 'CONFIG_MISSING'});
    const env = {AOS_CONFIG: '/nowhere/at/all.yaml'};
    expect(await failure(['run'], {env})).toMatchObject({
      exit: 78,
      code: 'CONFIG_MISSING',
    });
    expect(await failure(['run', '-c', world.home])).toMatchObject({exit: 78, code: 'CONFIG_UNREADABLE'});
  });

  it('tells all errors at once, each with its place', async () => {
    const file = world.file(
      'wrong.yaml',
      `${goodFile()
        .replace('heartbeat_interval: 10', 'heartbeat_interval: soon')
        .replace('vrf_sort_precision: 6', 'vrf_sort_precision: -1')
        .replace(/node_id: .*/, 'node_id: 0x1234')}nonsense: 1\n`,
    );
    const {exit, code, plain} = await failure(['run', '-c', file]);
    expect({exit, code}).toEqual({exit: 78, code: 'CONFIG_INVALID'});
    const places = plain.split('\n').filter((line) => line.includes(`${file}:`) && !line.includes('warning'));
    expect(places.map((line) => line.replace(/.*:(\d+):(\d+) {2}(\S+) .*/, '$3'))).toEqual([
      'node.node_id',
      'node.heartbeat_interval',
      'chain.vrf_sort_precision',
    ]);
    for (const line of places) expect(line).toMatch(/:\d+:\d+ {2}\S+ {2}.+, expected .+/);
  });

  it.each([
    ['plain', RAW_KEY],
    ['0x and upper case', `0x${RAW_KEY.toUpperCase()}`],
    ['quoted', `"${RAW_KEY}"`],
  ])('refuses a raw private key (%s) and never shows it', async (_name, value) => {
    const file = world.file('raw.yaml', `node:\n  node_id: nonsense\n  signer_key: ${value}\nbroken: [\n`);
    for (const args of [
      ['run', '-c', file],
      ['signer', 'check', '-c', file],
    ]) {
      const {exit, code, plain, all} = await failure(args);
      expect({exit, code}).toEqual({exit: 77, code: 'RAW_PRIVATE_KEY'});
      expect(plain).toContain('web3signer');
      expect(all.toLowerCase()).not.toContain(RAW_KEY.slice(0, 16));
    }
  });

  it('refuses a raw private key in a variable', async () => {
    const {exit, code, all} = await failure(['run', '-c', devnet.config], {
      by: 'run',
      env: {AOS_SIGNER_KEY: RAW_KEY},
    });
    expect({exit, code}).toEqual({exit: 77, code: 'RAW_PRIVATE_KEY'});
    expect(all).not.toContain(RAW_KEY.slice(0, 16));
  });

  it('refuses a VRF key file that others can read', async () => {
    world.file('open.key', SEED, 0o644);
    const file = world.file(
      'open.yaml',
      readFileSync(devnet.config, 'utf8').replace(/vrf_key_file: .*/, 'vrf_key_file: open.key'),
    );
    const {exit, code, next, all} = await failure(['run', '-c', file]);
    expect({exit, code, next}).toEqual({
      exit: 77,
      code: 'VRF_KEY_UNSAFE',
      next: expect.stringMatching(/^chmod 600 .*open\.key$/) as string,
    });
    expect(all).not.toContain(SEED);
  });

  it('shows no secret of a good configuration either', async () => {
    const text = readFileSync(devnet.config, 'utf8')
      .replace(/vrf_key_file: .*/, `vrf_key: "${SEED}"`)
      .replace(/chain_rpc_url: "(.*)"/, 'chain_rpc_url: "http://user:hunter2@127.0.0.1:9/v3/apikey123"');
    const file = world.file(
      'inline.yaml',
      `${text}db:\n  pg_db_url: postgres://aos:hunter2@db/aos\n  type: pg\n`,
    );
    const {code, stdout, stderr} = await world.run(['run', '-c', file, '--for', '1s', '--json']);
    expect(code).toBe(0);
    expect(ndjson(stdout).filter((line) => line.type === 'problem')).toMatchObject([
      {part: 'chain', code: 'CHAIN_UNREACHABLE'},
    ]);
    for (const secret of [SEED, 'hunter2', 'apikey123']) expect(stdout + stderr).not.toContain(secret);
    expect(stderr).toMatch(/SQLite/);
  });
});

describe('something in the way', () => {
  it('refuses to be the second of a node', async () => {
    const first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await first.event('connected');
    const refused = await failure(['run', '-c', devnet.config]);
    expect(refused).toMatchObject({exit: 77, code: 'NODE_LOCKED'});
    expect((await first.kill('SIGTERM')).code).toBe(143);
    // Nor is the lock left behind by a crash.
    const second = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await second.event('connected');
    await second.kill('SIGKILL');
    expect((await world.run(['run', '-c', devnet.config, '--for', '10ms'])).code).toBe(0);
  });

  it('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const {port} = server.address() as AddressInfo;
    const env = {AOS_NET_REST_URL: `127.0.0.1:${port}`};
    const failed = await failure(['run', '-c', devnet.config], {by: 'run', env});
    server.close();
    expect(failed).toMatchObject({
      exit: 69,
      code: 'PORT_IN_USE',
      message: `127.0.0.1:${port} is in use`,
      next: expect.stringContaining('net.rest_url') as string,
    });
  });

  it('says that the state directory cannot be made', async () => {
    world.file('blocked', 'a file');
    const env = {AOS_STORE_DIR: path.join(world.home, 'blocked/state')};
    const failed = await failure(['run', '-c', devnet.config], {by: 'run', env});
    expect(failed).toMatchObject({exit: 73, code: 'STATE_DIR_UNWRITABLE'});
  });
});

describe('a wrong command line', () => {
  it('is answered with the help of the very command', async () => {
    const args = ['slashing-history', '--operator', '0x12', '--network', 'mainnet'];
    const {exit, code, all} = await failure(args, {by: 'run'});
    expect({exit, code}).toEqual({exit: 64, code: 'USAGE'});
    expect(all).toContain('aos slashing-history --help');
  });

  it.each([
    ['--devnet with -c', ['run', '--devnet', '-c', 'x.yaml'], /--devnet|--config/],
    ['an unknown flag', ['run', '--nonsense'], /nonsense/],
    ['a flag value of the wrong kind', ['run', '--jobs', 'many'], /jobs/i],
    ['too small a number', ['run', '--jobs', '0'], /jobs|1/i],
    ['a bad duration', ['run', '--for', 'ever'], /--for/],
    ['a bad log format', ['run', '--log-format', 'xml'], /log-format/],
    ['an argument too many', ['run', 'extra'], /extra|argument/i],
    ['a missing flag', ['devnet', 'submit'], /prompt/],
    ['a bad range', ['devnet', 'up', '--range', '9,1'], /--range/],
    ['an empty range', ['devnet', 'up', '--range', '5,5'], /--range/],
    ['a bad port', ['devnet', 'up', '--chain-port', '70000'], /chain-port|65535/],
    ['a bad URL', ['devnet', 'submit', '--prompt', 'x', '--dispatcher', 'ftp://x'], /--dispatcher/],
    [
      'a URL with a password',
      ['devnet', 'submit', '--prompt', 'x', '--dispatcher', 'http://u:hunter2@127.0.0.1:1'],
      /--dispatcher/,
    ],
  ] as const)('%s', async (_name, args, about) => {
    const failed = await failure(args);
    expect({exit: failed.exit, code: failed.code}).toEqual({exit: 64, code: 'USAGE'});
    expect(failed.message).toMatch(about);
    expect(failed.all).not.toContain('hunter2');
  });

  it.each([
    [['rnu'], 'aos run --help'],
    [['signer', 'chekc'], 'aos signer check --help'],
    [['devnet', 'upp'], 'aos devnet up --help'],
    [['xyzzy'], 'aos --help'],
  ])('%j is answered with the nearest command', async (args, next) => {
    expect(await failure(args)).toMatchObject({exit: 64, code: 'USAGE', next});
  });

  it('repeats no secret of the command line', async () => {
    const {exit, all} = await failure(['run', '--signer-key', RAW_KEY]);
    expect(exit).toBe(64);
    expect(all).not.toContain(RAW_KEY.slice(0, 16));
    const positional = await failure(['run', RAW_KEY]);
    expect(positional.exit).toBe(64);
    expect(positional.all).not.toContain(RAW_KEY.slice(0, 16));
    const inFlag = await failure(['run', `--signer-key=${RAW_KEY}`]);
    expect(inFlag.all).not.toContain(RAW_KEY.slice(0, 16));
    const asCommand = await failure([RAW_KEY]);
    expect(asCommand.all).not.toContain(RAW_KEY.slice(0, 16));
  });
});
