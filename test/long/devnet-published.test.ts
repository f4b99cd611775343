import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it} from 'vitest';
import {eventually, jsonOf, ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

type Change = {ok: boolean; result: {part: string; running: boolean; changed: boolean}};

async function change(world: World, action: 'stop' | 'start', part: string): Promise<Change['result']> {
  const {code, stdout} = await world.run(['devnet', action, part, '--json']);
  expect({code, stdout}).toMatchObject({code: 0});
  return (jsonOf(stdout) as Change).result;
}

describe.each(['newest', 'head'] as const)('aos run --devnet --dispatcher %s', (version) => {
  it('registers, works and ends by itself', async () => {
    await using world = openWorld();
    const {code, stdout, stderr} = await world.run([
      'run',
      '--devnet',
      '--dispatcher',
      version,
      '--jobs',
      '5',
      '--json',
    ]);
    expect({code, stderr}).toMatchObject({code: 0});
    expect(stderr).toContain('registered:');
    expect(ndjson(stdout).at(-1)).toMatchObject({
      type: 'summary',
      accepted: 5,
      selected: 5,
      failed: 0,
      reason: 'jobs',
    });
    await world.nothingLeft();
  });
});

describe('a part of a running devnet', () => {
  it('is stopped and started at a prompt, and the operator goes through it', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--dispatcher', 'newest']);
    expect(devnet.dispatcher).toBe('newest');
    const operator = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await operator.event('connected');
    await devnet.answered(await devnet.submit(2));

    expect(await change(world, 'stop', 'dispatcher')).toEqual({
      part: 'dispatcher',
      running: false,
      changed: true,
    });
    await operator.event('disconnected');
    expect(await change(world, 'stop', 'dispatcher')).toMatchObject({changed: false});
    const away = await world.run(['devnet', 'submit', '--prompt', 'x', '--json']);
    expect(away.code).toBe(69);
    expect(await change(world, 'start', 'dispatcher')).toMatchObject({running: true, changed: true});
    let connects = 0;
    await operator.event('connected', () => (connects += 1) === 2);
    await devnet.answered(await devnet.submit(2, {prompt: 'after the dispatcher'}));

    await change(world, 'stop', 'worker');
    await change(world, 'stop', 'signer');
    const ids = await devnet.submit(2, {prompt: 'without worker and signer'});
    await operator.event('problem', (line) => line['part'] === 'signer');
    await change(world, 'start', 'signer');
    await change(world, 'start', 'worker');
    await devnet.answered(ids);

    const text = await world.run(['devnet', 'start', 'worker']);
    expect([text.code, text.stdout]).toEqual([0, 'the worker runs already\n']);
    const wrong = await world.run(['devnet', 'stop', 'chain', '--json']);
    expect(wrong.code).toBe(64);
    await operator.kill('SIGTERM');
    await devnet.cli.kill('SIGTERM');
    await world.nothingLeft();
    const gone = await world.run(['devnet', 'stop', 'worker', '--json']);
    expect(gone.code).toBe(69);
    expect(jsonOf(gone.stdout)).toMatchObject({error: {code: 'DEVNET_NOT_RUNNING'}});
  });
});

describe('aos devnet up', () => {
  it('has several operators, each with a key of the signer and a configuration', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--operators', '3', '--dispatcher', 'head']);
    expect(devnet.operators).toHaveLength(3);
    expect(new Set(devnet.operators.map(({operator}) => operator)).size).toBe(3);
    const nodes = devnet.operators.map(({config}) => world.start(['run', '-c', config, '--json', '--quiet']));
    for (const node of nodes) await node.event('connected');
    const [id] = await devnet.submit(1);
    const answered = await eventually(() => {
      const rows = devnet.events('result').filter((line) => (line['key'] as {jobId: string}).jobId === id);
      return rows.length === 3 ? rows : undefined;
    }, 'three results');
    expect(answered.map((line) => line['operator']).sort()).toEqual(
      devnet.operators.map(({operator}) => operator).sort(),
    );
    for (const node of nodes) await node.kill('SIGTERM');
    await devnet.cli.kill('SIGTERM');
    await world.nothingLeft();
  });

  it('uses a worker that runs elsewhere, which it cannot stop', async () => {
    await using world = openWorld();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{"msg":"0"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const devnet = await devnetUp(world, ['--worker-url', `${url}/`]);
    expect(devnet.urls.worker).toBe(url);
    const operator = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.submit(1);
    await eventually(
      () => (asked.includes('POST /api/v1/question') ? true : undefined),
      'a question to the external worker',
    );
    const refused = await world.run(['devnet', 'stop', 'worker', '--json']);
    expect(refused.code).toBe(64);
    await operator.kill('SIGKILL');
    await devnet.cli.kill('SIGTERM');
    server.closeAllConnections();
    server.close();
    await world.nothingLeft();
  });

  it('does what --fault says, and refuses one that there is not', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--dispatcher', 'newest', '--fault', 'dispatcher-closes']);
    const operator = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await operator.event('problem', (line) => line['part'] === 'dispatcher');
    await operator.kill('SIGKILL');
    await devnet.cli.kill('SIGTERM');
    for (const args of [
      ['--fault', 'none-such'],
      ['--dispatcher', 'newest', '--friendly'],
      ['--friendly', '--fault', 'database-away'],
      ['--worker-url', 'ftp://x'],
      ['--operators', '0'],
    ]) {
      const {code} = await world.run(['devnet', 'up', ...args, '--json']);
      expect(code, args.join(' ')).toBe(64);
    }
    const alone = await world.run(['run', '--friendly', '--json']);
    expect(alone.code).toBe(64);
    await world.nothingLeft();
  });

  it('registers one operator after the other at real blocks', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, [
      '--dispatcher',
      'newest',
      '--block-time',
      '1',
      '--operators',
      '2',
      '--fault',
      'range-slots',
    ]);
    const bodies = devnet.operators.map(({operator}) =>
      JSON.stringify({address: operator, signature: '', params: {operator, signature: '', hash: ''}}),
    );
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const response = await fetch(`${devnet.urls.dispatcherHttp}/api/operator/register`, {
          method: 'POST',
          headers: {'content-type': 'application/json'},
          body,
        });
        return (await response.json()) as {code: number; result: {start: string; end: string}};
      }),
    );
    expect(answers.map(({code}) => code)).toEqual([200, 200]);
    for (const {result} of answers) expect(Number(result.end) - Number(result.start)).toBe(600);
    await devnet.cli.kill('SIGTERM');
    await world.nothingLeft();
  });
});
