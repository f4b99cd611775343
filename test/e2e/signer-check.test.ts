import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {SignerFaults} from '../../src/devnet/signer/faults.ts';
import {DEV_SIGNER_KEY} from '../../src/devnet/signer/keys.ts';
import {jsonOf, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {devSigner, freePort} from '../support/signer.ts';

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world);
});
afterAll(() => world[Symbol.asyncDispose]());

type Envelope = {
  schema: string;
  ok: boolean;
  exitCode: number;
  result: {verdict: string; steps: {state: string}[]};
  warnings: unknown[];
  meta: Record<string, unknown>;
};

/** The config of the devnet with another signer. */
function withSigner(url: string, name: string): string {
  return world.file(
    name,
    readFileSync(devnet.config, 'utf8').replace(/signer_key: .*/, `signer_key: ${url}`),
  );
}

/** @param by `run` starts the program: that is kept for one check of each exit code */
async function check(
  config: string,
  by: 'run' | 'ask' = 'ask',
): Promise<{code: number | null; envelope: Envelope; text: string}> {
  const json = await world[by](['signer', 'check', '-c', config, '--json']);
  const plain = await world.ask(['signer', 'check', '-c', config]);
  expect(plain.code).toBe(json.code);
  return {code: json.code, envelope: jsonOf(json.stdout) as Envelope, text: plain.stdout};
}

describe('aos signer check', () => {
  it('exits 0 or 4 with the devnet’s signer, in the envelope of every command', async () => {
    const {code, envelope, text} = await check(devnet.config, 'run');
    expect(Object.keys(envelope)).toEqual(['schema', 'ok', 'exitCode', 'result', 'warnings', 'meta']);
    expect(envelope).toMatchObject({
      schema: 'aos.signer-check/v1',
      ok: true,
      exitCode: code,
      meta: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        at: expect.stringMatching(/Z$/) as string,
        network: 'devnet',
        nodeId: devnet.operator,
      },
    });
    expect({ok: 0, warn: 4, fail: 3}[envelope.result.verdict]).toBe(code);
    expect([0, 4]).toContain(code);
    expect(text).toMatch(/✓/);
    expect(text).not.toMatch(/✗/);
  });

  it('exits 3 when the signer does not hold the key', async () => {
    const other = await devSigner({
      keys: ['0x86e6fa33d44da09c2b3860767dc929e31eefc43891872bbe97365a357fb758f3'],
    });
    const {code, envelope, text} = await check(withSigner(other.url, 'other.yaml'));
    expect({code, ok: envelope.ok, exitCode: envelope.exitCode, verdict: envelope.result.verdict}).toEqual({
      code: 3,
      ok: false,
      exitCode: 3,
      verdict: 'fail',
    });
    expect(envelope).not.toHaveProperty('error');
    expect(text).toMatch(/✗/);
  });

  it('exits 3 when nothing listens', async () => {
    const {code, envelope, text} = await check(
      withSigner(`http://127.0.0.1:${await freePort()}`, 'nobody.yaml'),
      'run',
    );
    expect({code, verdict: envelope.result.verdict}).toEqual({code: 3, verdict: 'fail'});
    expect(text).toMatch(/✗/);
  });

  it.each<[string, SignerFaults, RegExp, RegExp]>([
    [
      'its YAML key file could not be loaded, and its healthcheck is UP',
      {failedKeys: 'all'},
      /signer\.accounts +\[\]: no key is loaded/,
      /the log of Web3Signer for key files that failed/,
    ],
    [
      'a proxy rewrites Host',
      {host: 'signer.internal'},
      /a proxy on the way changes the header/,
      /Have the proxy pass the Host header on unchanged/,
    ],
    [
      'it signs for another chain',
      {wrongChainId: 1},
      /signs for chain 1, the configuration is for 31337/,
      /eth1 --chain-id=31337/,
    ],
  ])('exits 3 when %s', async (_what, faults, says, next) => {
    const signer = await devSigner({faults});
    const {code, text} = await check(withSigner(signer.url, 'faulty.yaml'));
    expect(code).toBe(3);
    expect(text).toMatch(says);
    expect(text).toMatch(next);
    expect(text).not.toMatch(/every key file/);
  });

  it('exits 4 when something is odd but works', async () => {
    const others = Array.from({length: 10}, (_, index) => `0x${String(index + 1).padStart(64, '0')}`);
    const shared = await devSigner({keys: [DEV_SIGNER_KEY, ...others]});
    const {code, envelope, text} = await check(withSigner(shared.url, 'shared.yaml'), 'run');
    expect({code, ok: envelope.ok, verdict: envelope.result.verdict}).toEqual({
      code: 4,
      ok: true,
      verdict: 'warn',
    });
    expect(text).toMatch(/!/);
  });
});

describe('aos status', () => {
  it('names a signer that is stuck, and one that is well again', async () => {
    const status = async (): Promise<string> => (await world.ask(['status', '-c', devnet.config])).stdout;
    expect(await world.ask(['devnet', 'fault', 'signer', 'wedged'])).toMatchObject({code: 0});
    expect(await status()).toMatch(/✗ signer[^]*stuck until it is[^]*→ Look at the log of Web3Signer/);
    expect(await world.ask(['devnet', 'fault', 'signer', 'none'])).toMatchObject({code: 0});
    expect(await status()).toMatch(/✓ signer/);
  });
});
