import {statSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {openWorld, type Ended, type Line} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

const STRANGER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const DEAD = 'http://127.0.0.1:1';

type Link = {id: string; state: string; found: string; next: string | null};
type Result = {
  verdict: {state: string; brokenLink: string | null; next: string | null};
  links: Link[];
  avs: {state: string};
};
type Envelope = {
  schema: string;
  ok: boolean;
  exitCode: number;
  result: Result;
  error?: {code: string; next: string};
};

const envelope = ({stdout}: Ended): Envelope => JSON.parse(stdout) as Envelope;
const states = ({links}: Result): Record<string, string> =>
  Object.fromEntries(links.map(({id, state}) => [id, state]));

describe('aos status', () => {
  it('names the first broken link until the node earns, and again when it stops', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const status = async (...args: string[]): Promise<{code: number | null; answer: Envelope}> => {
      const ended = await world.ask(['status', '-c', devnet.config, '--json', ...args]);
      return {code: ended.code, answer: envelope(ended)};
    };

    const fresh = await status();
    expect(fresh).toMatchObject({
      code: 3,
      answer: {
        schema: 'aos.status/v1',
        ok: false,
        exitCode: 3,
        result: {
          verdict: {
            state: 'not_earning',
            brokenLink: 'avs_registered',
            next: `aos register -c ${devnet.config}`,
          },
          avs: {state: 'not_registered'},
        },
      },
    });
    expect(states(fresh.answer.result)).toMatchObject({
      signer: 'ok',
      vrf_range: 'ok',
      dispatcher: 'fail',
      probed: 'unknown',
    });

    expect(await world.ask(['register', '-c', devnet.config, '--yes', '--quiet'])).toMatchObject({code: 0});
    const operator = world.start(['run', '-c', devnet.config, '--json']);
    await operator.event('probe_answered');
    await devnet.answered(await devnet.submit(2));
    const earning = await status();
    expect(earning).toMatchObject({
      code: 0,
      answer: {ok: true, result: {verdict: {state: 'earning', brokenLink: null}}},
    });
    expect(Object.values(states(earning.answer.result)).every((state) => state === 'ok')).toBe(true);
    const socket = earning.answer.result;
    expect(socket).toMatchObject({
      liveness: {state: 'known', outages: []},
      operator: {running: true, pid: operator.pid},
      signer: {state: 'ok', accounts: 1},
      stake: [{symbol: 'EIGEN', quorums: [{number: 0}]}, {symbol: 'stETH'}],
      policy: {moratorium: {state: 'in_force', source: 'policy.network_start'}},
    });

    const text = await world.run(['status', '-c', devnet.config, '--quiet', '--color', 'never'], {
      env: {AOS_FORCE_TTY: '80'},
    });
    expect(text).toMatchObject({code: 0, stderr: ''});
    expect(text.stdout).toMatch(/^EARNING\n/);
    expect(text.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);

    const offline = await status('--offline');
    expect(offline.code).toBe(4);
    expect(states(offline.answer.result)).toMatchObject({
      signer: 'unknown',
      dispatcher: 'ok',
      probed: 'ok',
      jobs: 'ok',
    });

    await operator.kill('SIGTERM');
    const stopped = await status();
    expect(stopped).toMatchObject({
      code: 3,
      answer: {
        result: {
          verdict: {state: 'not_earning', brokenLink: 'dispatcher', next: `aos run -c ${devnet.config}`},
        },
      },
    });
    expect(states(stopped.answer.result)).toMatchObject({jobs: 'ok', slashed: 'ok'});

    const away = await world.ask(['status', '-c', devnet.config, '--operator', STRANGER, '--json']);
    expect(away.code).toBe(3);
    expect(states(envelope(away).result)).toMatchObject({
      signer: 'unknown',
      eigenlayer_operator: 'fail',
      avs_registered: 'fail',
      dispatcher: 'unknown',
    });
  });

  it('keeps its socket to itself and watches as lines of JSON', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const operator = world.start(['run', '-c', devnet.config, '--json']);
    await operator.event('connected');
    // What the chain says is known from the running operator, which reads it once a minute.
    await operator.event('standing');
    const run = path.join(world.home, 'aos/run');
    expect(statSync(run).mode & 0o777).toBe(0o700);

    // Without a configuration it is the only one that runs here.
    const found = await world.run(['status', '--json']);
    expect(states(envelope(found).result)).toMatchObject({
      dispatcher: 'ok',
      signer: 'unknown',
      vrf_range: 'ok',
      avs_registered: 'fail',
    });
    expect(found.code).toBe(3);

    const watch = world.start(['status', '-c', devnet.config, '--watch', '1', '--json', '--quiet']);
    const isConnected = (line: Line): boolean =>
      (line['result'] as Result).links.some(({id, state}) => id === 'dispatcher' && state === 'ok');
    await watch.event('status', (line) => line['seq'] === 2 && isConnected(line));
    await operator.kill('SIGKILL');
    await watch.event('status', (line) => !isConnected(line));
    const {code, stderr} = await watch.kill('SIGINT');
    expect({code, stderr}).toEqual({code: 130, stderr: ''});
    expect(watch.lines().map(({type, seq}) => [type, seq])).toEqual(
      watch.lines().map((_, i) => ['status', i + 1]),
    );

    // The dead one's socket is in the way of nobody.
    const again = world.start(['run', '-c', devnet.config, '--json']);
    await again.event('connected');
    expect(again.lines().filter(({type}) => type === 'warning')).toEqual([]);
    await again.kill('SIGTERM');
  });

  it('says what it needs, and fails only when nothing can be read', async () => {
    await using world = openWorld();
    const missing = await world.run(['status', '--json']);
    expect({code: missing.code, error: envelope(missing).error}).toMatchObject({
      code: 78,
      error: {code: 'CONFIG_MISSING'},
    });
    const silent = createServer(() => {}); // takes the connection and says nothing
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const {port} = silent.address() as AddressInfo;
    const hung = world.start(['status', '--operator', STRANGER, '--rpc-url', `http://127.0.0.1:${port}`]);
    await new Promise((resolve) => silent.once('connection', resolve));
    expect(await hung.kill('SIGINT')).toMatchObject({code: 130, stdout: ''});
    silent.closeAllConnections();
    silent.close();

    const dead = await world.run([
      'status',
      '--json',
      '--network',
      'mainnet',
      '--operator',
      STRANGER,
      '--rpc-url',
      DEAD,
    ]);
    expect({code: dead.code, error: envelope(dead).error}).toMatchObject({
      code: 69,
      error: {
        code: 'STATUS_NOTHING_READ',
        next: 'Check chain.chain_rpc_url, or add more in chain.rpc_urls.',
      },
    });
    const watch = world.start(
      ['status', '--json', '--watch', '1', '--network', 'mainnet', '--operator', STRANGER],
      {
        env: {ETH_RPC_URL: DEAD},
      },
    );
    const line = await watch.event('status');
    expect((line['result'] as Result).verdict.state).toBe('unknown');
    expect(await watch.kill('SIGTERM')).toMatchObject({code: 143});
  });
});
