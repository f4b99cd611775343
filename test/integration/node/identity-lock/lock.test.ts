import {chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {pickDriver} from '../../../../src/lib/node/journal/driver.ts';
import type {Holder} from '../../../../src/lib/node/identity-lock/holder.ts';
import {lockNames, type Identity} from '../../../../src/lib/node/identity-lock/identity.ts';
import {takeIdentity, type IdentityLock, type Taking} from '../../../../src/lib/node/identity-lock/lock.ts';

const A = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const driver = pickDriver();
const holder: Holder = {
  pid: process.pid,
  version: '0.1.0',
  network: 'mainnet',
  store: '/data/one',
  startedAt: 1_900_000_000_000,
  stoppingMs: null,
};

function dirsOf(count: number): {dirs: string[]; root: string; [Symbol.dispose](): void} {
  const root = mkdtempSync(join(tmpdir(), 'aos-lock-'));
  const dirs = Array.from({length: count}, (_, n) => join(root, String(n)));
  for (const dir of dirs) mkdirSync(dir, {mode: 0o700});
  return {dirs, root, [Symbol.dispose]: () => rmSync(root, {recursive: true, force: true})};
}

const take = (dirs: readonly string[], identity: Partial<Identity> = {}, pid = process.pid): Taking =>
  takeIdentity({
    driver,
    dirs,
    holder: {...holder, pid},
    names: lockNames({
      nodeId: A,
      chainId: 1,
      rpcUrls: ['http://127.0.0.1:1'],
      dispatcherUrl: 'ws://127.0.0.1:2/ws',
      ...identity,
    }),
  });
function taken(taking: Taking): IdentityLock {
  if ('lock' in taking) return taking.lock;
  throw new Error('it was not taken');
}

describe('the lock of an identity', () => {
  it('is taken once, in whatever directories two operators have in common', () => {
    using here = dirsOf(3);
    const [a = '', b = '', c = ''] = here.dirs;
    const lock = taken(take([a, b]));
    expect(lock.dirs).toEqual([a, b]);
    for (const dirs of [[a], [b], [c, b], [a, b, c]]) expect(take(dirs)).toEqual({holder});
    // Nothing is left behind of the ones that failed.
    taken(take([c])).release();
    expect(take([a], {nodeId: A.toLowerCase()})).toEqual({holder});
    taken(take([a, b], {chainId: 2})).release();
    lock.release();
    taken(take([b, a])).release();
  });

  it('is shared by chains that are known, and alone for one that is not', () => {
    using here = dirsOf(1);
    const one = taken(take(here.dirs));
    const two = taken(take(here.dirs, {chainId: 2}, process.ppid));
    expect(take(here.dirs, {chainId: null})).toHaveProperty('holder.pid');
    one.release();
    expect(take(here.dirs, {chainId: null})).toEqual({holder: {...holder, pid: process.ppid}});
    two.release();
    const alone = taken(take(here.dirs, {chainId: null}));
    expect(take(here.dirs)).toEqual({holder});
    alone.release();
  });

  it('says that its holder stops', () => {
    using here = dirsOf(2);
    const lock = taken(take(here.dirs));
    lock.stopping(30_000);
    expect(take(here.dirs)).toEqual({holder: {...holder, stoppingMs: 30_000}});
    lock.release();
    // Words of a holder that is gone say nothing about the next one.
    const next = taken(take(here.dirs));
    expect(take(here.dirs)).toEqual({holder});
    next.release();
  });

  it('does not name the process of another container, whose number is that of another one here', () => {
    using here = dirsOf(1);
    const [dir = ''] = here.dirs;
    const lock = taken(take([dir]));
    for (const name of readdirSync(dir).filter((name) => name.endsWith('.json')))
      writeFileSync(join(dir, name), JSON.stringify({...holder, pid: 1, pidSpace: 'pid:[1]'}));
    expect(take([dir])).toEqual({holder: {...holder, pid: null, elsewhere: true}});
    // Those of this machine are more certain.
    lock.stopping(30_000);
    for (const name of readdirSync(dir).filter((name) => name.endsWith('.json')))
      writeFileSync(
        join(dir, name.replace(/\d+\.json$/, '1.json')),
        JSON.stringify({...holder, pid: 1, pidSpace: 'pid:[1]'}),
      );
    expect(take([dir])).toEqual({holder: {...holder, stoppingMs: 30_000}});
    lock.release();
  });

  it.each([
    ['no JSON', 'x'],
    ['another shape', '{"pid":"7"}'],
    ['a process that has ended', JSON.stringify({...holder, pid: 2 ** 22 + 1})],
    ['a number that no process has', JSON.stringify({...holder, pid: -1})],
    ['a grace without end', JSON.stringify({...holder, stoppingMs: 1e12})],
    ['too much', ' '.repeat(5_000) + JSON.stringify(holder)],
  ])('stays a lock when its words are %s', (_name, words) => {
    using here = dirsOf(1);
    const [dir = ''] = here.dirs;
    const lock = taken(take([dir]));
    for (const name of readdirSync(dir).filter((name) => name.endsWith('.json')))
      writeFileSync(join(dir, name), words);
    expect(take([dir])).toEqual({holder: null});
    lock.release();
  });

  it('is held where it can be, and says where it cannot', () => {
    using here = dirsOf(2);
    const [good = '', bad = ''] = here.dirs;
    rmSync(bad, {recursive: true});
    writeFileSync(bad, 'a file');
    const lock = taken(take([bad, good]));
    expect(lock.dirs).toEqual([good]);
    expect(lock.unusable).toEqual([expect.stringContaining(bad)]);
    expect(take([bad, good])).toEqual({holder});
    lock.release();
    const none = taken(take([bad]));
    expect([none.dirs, none.unusable.length]).toEqual([[], 1]);
    none.release();
  });

  it('leaves small private files', () => {
    using here = dirsOf(1);
    const [dir = ''] = here.dirs;
    chmodSync(dir, 0o700);
    const lock = taken(take([dir]));
    const words = readdirSync(dir).filter((name) => name.endsWith('.json'));
    expect(words).toHaveLength(2);
    for (const name of words) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    lock.release();
    const files = readdirSync(dir);
    expect(files.map((name) => name.slice(name.indexOf('.')))).toEqual(['.lock', '.lock']);
    for (const name of files) {
      const {mode, size} = statSync(join(dir, name));
      expect(mode & 0o777).toBe(0o600);
      expect(size).toBe(0);
    }
  });
});
