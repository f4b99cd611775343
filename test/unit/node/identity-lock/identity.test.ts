import {describe, expect, it} from 'vitest';
import {lockNames, type Identity} from '../../../../src/lib/node/identity-lock/identity.ts';

const A = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const names = (identity: Partial<Identity>) =>
  lockNames({
    nodeId: A,
    chainId: 1,
    rpcUrls: ['https://rpc.example.org/v3/key'],
    dispatcherUrl: 'ws://127.0.0.1:9/ws',
    ...identity,
  });
let port = 1_000;
/** Each with a dispatcher of its own. */
const devnet = (...rpcUrls: string[]) =>
  names({chainId: 31_337, rpcUrls, dispatcherUrl: `ws://127.0.0.1:${(port += 1)}/ws`});

/** Whether two operators of these identities are kept apart: one of them wants alone what the other has. */
function collide(a: ReturnType<typeof names>, b: ReturnType<typeof names>): boolean {
  const all = (one: typeof a): string[] => [...one.shared, ...one.exclusive];
  return (
    a.exclusive.some((name) => all(b).includes(name)) || b.exclusive.some((name) => all(a).includes(name))
  );
}

describe('the locks of two identities', () => {
  it.each([
    ['the same', {}, {}, true],
    ['another letter case of node_id', {}, {nodeId: A.toLowerCase()}, true],
    ['another letter case of its 0x', {}, {nodeId: A.toUpperCase()}, true],
    ['another RPC of the same chain', {}, {rpcUrls: ['http://127.0.0.1:8545']}, true],
    ['another node_id', {}, {nodeId: A.replace(/.$/, '4')}, false],
    ['another chain', {}, {chainId: 560_048}, false],
    ['a chain that is not known', {}, {chainId: null}, true],
    ['two chains that are not known', {chainId: null}, {chainId: null}, true],
    [
      'two chains that are not known, two nodes',
      {chainId: null},
      {chainId: null, nodeId: A.replace(/.$/, '4')},
      false,
    ],
    ['a devnet and a chain that is not known', {chainId: 31_337}, {chainId: null}, true],
    ['a devnet and a real chain', {chainId: 31_337}, {}, false],
  ])('%s: %j and %j', (_name, one, other, isKept) => {
    expect(collide(names(one), names(other))).toBe(isKept);
  });

  it.each([
    ['two devnets', ['http://127.0.0.1:1'], ['http://127.0.0.1:2'], false],
    ['one devnet', ['http://127.0.0.1:1'], ['http://127.0.0.1:1/'], true],
    ['one devnet by other names', ['http://127.0.0.1:1'], ['http://localhost:1/x?y'], true],
    ['one devnet by IPv6', ['http://[::1]:1'], ['http://user:word@127.0.0.2:1'], true],
    ['one devnet without a port', ['http://localhost'], ['http://127.0.0.1:80/'], true],
    ['one RPC of two in common', ['http://127.0.0.1:1', 'http://127.0.0.1:2'], ['http://127.0.0.1:2'], true],
    ['two machines', ['http://10.0.0.1:1'], ['http://10.0.0.2:1'], false],
  ])('%s: %j and %j', (_name, one, other, isKept) => {
    expect(collide(devnet(...one), devnet(...other))).toBe(isKept);
  });

  it('are those of the dispatcher of a devnet too, when its RPC is reached by a relay', () => {
    const by = (rpc: string, dispatcherUrl: string) =>
      names({chainId: 31_337, rpcUrls: [`http://127.0.0.1:${rpc}`], dispatcherUrl});
    expect(collide(by('1', 'ws://127.0.0.1:5/ws'), by('2', 'ws://localhost:5/other'))).toBe(true);
    expect(collide(by('1', 'ws://127.0.0.1:5/ws'), by('2', 'ws://localhost:6/ws'))).toBe(false);
    // The port of one is no dispatcher of the other.
    expect(collide(by('5', 'ws://127.0.0.1:6/ws'), by('6', 'ws://127.0.0.1:5/ws'))).toBe(false);
  });

  it('are names of files, without what is in the URL', () => {
    for (const name of [...names({}).shared, ...names({}).exclusive]) expect(name).toMatch(/^[0-9a-f]{24}$/);
  });
});
