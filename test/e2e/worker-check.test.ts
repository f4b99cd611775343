import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {freePort} from '../support/signer.ts';

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world);
});
afterAll(() => world[Symbol.asyncDispose]());

type Envelope = {
  schema: string;
  exitCode: number;
  result: {verdict: string; askedBy: string; workers: {url: string; checks: {id: string; state: string}[]}[]};
};

async function check(env: Record<string, string> = {}): Promise<Envelope> {
  const {stdout, code} = await world.run(['worker', 'check', '-c', devnet.config, '--json'], {env});
  const envelope = jsonOf(stdout) as Envelope;
  expect(envelope).toMatchObject({schema: 'aos.worker-check/v1', exitCode: code});
  return envelope;
}

describe('aos worker check', () => {
  it('asks by itself, and says what came back', async () => {
    const {result, exitCode} = await check();
    expect([exitCode, result.verdict, result.askedBy]).toEqual([0, 'ok', 'command']);
    expect(result.workers.map(({url, checks}) => [url, checks.map(({state}) => state)])).toEqual([
      [devnet.urls.worker, ['ok', 'ok', 'ok']],
    ]);
    const plain = await world.run(['worker', 'check', '-c', devnet.config]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/opml worker at http[^]*✓ status[^]*✓ request[^]*✓ answer[^]*said: "[^]*OK/);
  });

  it('exits 3 for a worker that is away', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const {result, exitCode} = await check({AOS_WORKERS_OPML_URL: url});
    expect([exitCode, result.verdict]).toEqual([3, 'fail']);
  });

  it('has the operator ask that runs for this node, beside its jobs', async () => {
    const run = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await run.event('connected');
    const [ids, envelope] = await Promise.all([devnet.submit(3), check()]);
    expect(envelope.result).toMatchObject({verdict: 'ok', askedBy: 'operator'});
    await devnet.answered(ids);
    expect((await run.kill('SIGTERM')).code).toBe(143);
  });
});
