import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {goodFile, NODE_ID} from '../support/config-file.ts';
import {openWorld, type World} from '../support/cli.ts';

let world: World;
let config: string;
/** An RPC that takes every request and answers none. */
const silent = createServer(() => heard.splice(0).forEach((tell) => tell()));
const heard: (() => void)[] = [];

beforeAll(async () => {
  world = openWorld();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const {port} = silent.address() as AddressInfo;
  const text = goodFile({more: `  contracts:\n    challenge_manager: "${NODE_ID}"\n`});
  config = world.file(
    'config.yaml',
    text.replace('https://rpc.example.org/v3/abc', `http://127.0.0.1:${port}`),
  );
});
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await world[Symbol.asyncDispose]();
});

describe('a command that is stopped while it waits for the chain', () => {
  it.each([
    ['SIGTERM', 'TERMINATED', 143, ['register', '--check']],
    ['SIGINT', 'INTERRUPTED', 130, ['register', '--yes']],
    ['SIGTERM', 'TERMINATED', 143, ['deregister', '--yes', '--confirm', NODE_ID]],
    ['SIGTERM', 'TERMINATED', 143, ['tx', 'list']],
    ['SIGTERM', 'TERMINATED', 143, ['tx', 'cancel', '0x1234', '--yes']],
    ['SIGTERM', 'TERMINATED', 143, ['slashing-history']],
    ['SIGTERM', 'TERMINATED', 143, ['challenge', 'list']],
  ] as const)('ends by %s with %s, exit code %i: aos %j', async (signal, code, exit, args) => {
    const asked = new Promise<void>((resolve) => heard.push(resolve));
    const cli = world.start([...args, '-c', config, '--json']);
    await asked;
    const ended = await cli.kill(signal);
    expect(ended.code).toBe(exit);
    expect(JSON.parse(ended.stdout)).toMatchObject({ok: false, exitCode: exit, error: {code}});
  });
});
