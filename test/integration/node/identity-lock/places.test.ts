import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {lockDirs, placesHere, type LockPlaces} from '../../../../src/lib/node/identity-lock/places.ts';

const uid = process.getuid?.() ?? 0;

/** A machine of its own: home, /run/user, /dev/shm and /tmp. */
function machine(): {root: string; places: LockPlaces; [Symbol.dispose](): void} {
  const root = mkdtempSync(join(tmpdir(), 'aos-places-'));
  const at = (name: string, mode: number): string => {
    mkdirSync(join(root, name), {recursive: true});
    chmodSync(join(root, name), mode);
    return join(root, name);
  };
  const home = at('home', 0o755);
  const runtime = at('run', 0o755);
  at(`run/${uid}`, 0o700);
  const common = [at('shm', 0o1777), at('tmp', 0o1777)];
  return {
    root,
    places: {uid, home, runtime, common},
    [Symbol.dispose]: () => rmSync(root, {recursive: true, force: true}),
  };
}

const short = (root: string, dirs: readonly string[]): string[] =>
  dirs.map((dir) => dir.slice(root.length + 1));

describe('the directories of locks', () => {
  it('are all that can be, and ours alone', () => {
    using here = machine();
    const dirs = lockDirs(here.places);
    expect(short(here.root, dirs)).toEqual([
      'home/.local/state/aos-locks',
      `run/${uid}/aos-locks`,
      `shm/aos-locks-${uid}`,
      `tmp/aos-locks-${uid}`,
    ]);
    for (const dir of dirs) expect(lstatSync(dir).mode & 0o777).toBe(0o700);
    expect(lockDirs(here.places)).toEqual(dirs);
  });

  it('leave out what is not there or not wanted', () => {
    using here = machine();
    const {places, root} = here;
    rmSync(join(root, 'run'), {recursive: true});
    rmSync(join(root, 'shm'), {recursive: true});
    expect(short(root, lockDirs({...places, home: null}))).toEqual([`tmp/aos-locks-${uid}`]);
    expect(lockDirs({...places, home: join(root, 'none'), common: []})).toEqual([]);
  });

  it('leave out a home or a common directory where others could remove them', () => {
    using here = machine();
    const {places, root} = here;
    chmodSync(join(root, 'home'), 0o777);
    chmodSync(join(root, 'tmp'), 0o777);
    expect(short(root, lockDirs(places))).toEqual([`run/${uid}/aos-locks`, `shm/aos-locks-${uid}`]);
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, '')],
    ['a link', (path: string) => symlinkSync('/etc', path)],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path)],
  ])('have another name where %s has taken theirs, the same for all', (_name, take) => {
    using here = machine();
    const {places, root} = here;
    take(join(root, 'tmp', `aos-locks-${uid}`));
    const only = {...places, home: null, runtime: join(root, 'none'), common: [join(root, 'tmp')]};
    const dirs = lockDirs(only);
    expect(dirs).toHaveLength(1);
    expect(short(root, dirs)[0]).toMatch(new RegExp(`^tmp/aos-locks-${uid}-\\w{6}$`));
    expect(lockDirs(only)).toEqual(dirs);
    // The name is free again: the directory that is held meanwhile still counts.
    rmSync(join(root, 'tmp', `aos-locks-${uid}`), {force: true});
    expect(lockDirs(only)).toEqual([join(root, 'tmp', `aos-locks-${uid}`), ...dirs]);
  });

  it.runIf(uid === 0)('have another name where another user has taken theirs', () => {
    using here = machine();
    const {places, root} = here;
    mkdirSync(join(root, 'tmp', `aos-locks-${uid}`));
    chownSync(join(root, 'tmp', `aos-locks-${uid}`), 12_345, 12_345);
    const only = {...places, home: null, runtime: join(root, 'none'), common: [join(root, 'tmp')]};
    expect(short(root, lockDirs(only))).toEqual([expect.stringMatching(/^tmp\/aos-locks-0-\w{6}$/)]);
    chownSync(join(root, 'home'), 12_345, 12_345);
    expect(lockDirs({...places, common: []})).toEqual([join(root, 'run', '0', 'aos-locks')]);
  });

  it('take back a mode that lets others in, and know no other user’s', () => {
    using here = machine();
    const {places, root} = here;
    mkdirSync(join(root, 'tmp', `aos-locks-${uid}`), {mode: 0o777});
    mkdirSync(join(root, 'tmp', `aos-locks-${uid}0`));
    lockDirs(places);
    expect(lstatSync(join(root, 'tmp', `aos-locks-${uid}`)).mode & 0o777).toBe(0o700);
    expect(lockDirs({...places, uid: uid + 1, home: null, common: []})).toEqual([]);
    expect(readdirSync(join(root, 'tmp')).sort()).toEqual([`aos-locks-${uid}`, `aos-locks-${uid}0`]);
  });

  it('do not depend on the environment', () => {
    const before = placesHere(uid, null);
    for (const name of ['HOME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'AOS_HOME']) vi.stubEnv(name, '/elsewhere');
    try {
      expect(placesHere(uid, null)).toEqual(before);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
