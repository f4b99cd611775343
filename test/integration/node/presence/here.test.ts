import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {controlFile} from '../../../../src/lib/config/control-paths.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {startControl, type Control} from '../../../../src/lib/node/control/server.ts';
import {writePointer} from '../../../../src/lib/node/control/pointer.ts';
import {pickDriver} from '../../../../src/lib/node/journal/driver.ts';
import {takeLock} from '../../../../src/lib/node/journal/lock.ts';
import {connectAny, connectHere} from '../../../../src/lib/node/presence/here.ts';
import {OTHER_UID} from '../../../support/as-user.ts';

const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const NODE_OF = {network: 'devnet', nodeId: NODE};
const FILE = controlFile('devnet', NODE);
const HELLO = {version: '0.1.0', nodeId: NODE, network: 'devnet', host: 'here', pid: 41};
const [ID, OTHER_ID] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(2)];
const uid = process.getuid?.() ?? 0;
const isRoot = uid === 0;

let base: string;
let store: string;
let home: string;
const open: (() => unknown)[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aos-h-'));
  store = join(base, 'store');
  home = join(base, 'home');
  mkdirSync(store, {mode: 0o700});
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  rmSync(base, {recursive: true, force: true});
});

async function operator(options: {dir?: string; store?: string; id?: string} = {}): Promise<Control> {
  const {dir = join(home, 'run'), store: beside = store, id = ID} = options;
  const hello = {...HELLO, pid: id === ID ? 41 : 42};
  const control = await startControl({dir, file: FILE, beside: {dir: beside, id}, hello, time: systemTime});
  open.push(() => control.close());
  return control;
}

/** Asks with an environment that has nothing in common with that of the operator. */
const ask = (
  storeDir: string | null = store,
  env: Record<string, string> = {AOS_HOME: join(base, 'elsewhere')},
) => connectHere({...NODE_OF, storeDir}, {env, uid, timeoutMs: 5_000, time: systemTime});
const refusal = async (asked: Promise<unknown>): Promise<string> => {
  const error: unknown = await asked.then(
    () => 'it connected',
    (thrown: unknown) => thrown,
  );
  return isAosError(error) ? `${error.exitCode} ${error.code}: ${error.message}` : String(error);
};
async function pidOf(asked: Promise<{hello: {pid: number}; close(): void}>): Promise<number> {
  const client = await asked;
  client.close();
  return client.hello.pid;
}
function journalWritten(agoMs: number): void {
  const path = join(store, 'journal.db');
  writeFileSync(path, '');
  const at = (Date.now() - agoMs) / 1000;
  utimesSync(path, at, at);
}
function lock(): void {
  const held = takeLock(pickDriver(), store);
  open.push(() => held.release());
}

/** A socket that no process listens on any more, as a killed one leaves it. */
async function leftSocket(path: string): Promise<void> {
  rmSync(path, {force: true});
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.new`, resolve));
  renameSync(`${path}.new`, path);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

describe('an operator is found', () => {
  it('beside its journal, whatever the environment of both is', async () => {
    await operator();
    expect(await pidOf(ask())).toBe(41);
    expect(lstatSync(join(store, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  it('by the pointer beside a journal whose path is too long for a socket', async () => {
    const long = join(store, 'x'.repeat(100));
    mkdirSync(long, {mode: 0o700});
    const control = await operator({store: long});
    expect(control.path).toBe(join(home, 'run', FILE));
    expect(await pidOf(ask(long))).toBe(41);
  });

  it('in its usual directory, when none can be made beside the journal', async () => {
    mkdirSync(join(store, 'control.sock'));
    await operator();
    expect(await pidOf(ask(store, {AOS_HOME: home}))).toBe(41);
  });

  it('among two of the same name: that of the journal', async () => {
    const second = join(base, 'second');
    mkdirSync(second, {mode: 0o700});
    await operator();
    await operator({store: second, id: OTHER_ID});
    expect([await pidOf(ask(store, {AOS_HOME: home})), await pidOf(ask(second, {AOS_HOME: home}))]).toEqual([
      41, 42,
    ]);
  });

  it('without an id, when no pointer can be written', async () => {
    mkdirSync(join(store, 'control.json'));
    await operator();
    expect(await pidOf(ask(store))).toBe(41);
  });

  it('beside what a killed run left, when no pointer can be written', async () => {
    writePointer(store, {socket: join(store, 'control.sock'), id: OTHER_ID});
    // As on a full disk: the new one cannot be written.
    const draft = join(store, `control.json.${process.pid}`);
    mkdirSync(draft);
    await operator();
    expect(await pidOf(ask(store))).toBe(41);
    expect(readdirSync(store)).not.toContain('control.json');
  });

  it('also without a pointer and an id, as one of an earlier version', async () => {
    const control = await startControl({dir: join(home, 'run'), file: FILE, hello: HELLO, time: systemTime});
    open.push(() => control.close());
    expect(await pidOf(ask(store, {AOS_HOME: home}))).toBe(41);
  });

  it.skipIf(!isRoot)('by root beside the journal of another user (needs root)', async () => {
    await operator();
    for (const path of [store, join(store, 'control.sock'), join(store, 'control.json')])
      chownSync(path, OTHER_UID, OTHER_UID);
    expect(await pidOf(ask())).toBe(41);
  });

  it('and nothing is left of it when it has closed', async () => {
    const control = await operator();
    await control.close();
    expect([readdirSync(store), readdirSync(join(home, 'run'))]).toEqual([[], []]);
  });
});

describe('a socket is not asked', () => {
  const spoof = async (dir: string): Promise<string> => {
    mkdirSync(dir, {recursive: true, mode: 0o755});
    const heard: string[] = [];
    const server = createServer((socket) => {
      heard.push('asked');
      socket.on('error', () => {}).end();
    });
    const path = join(dir, FILE);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    open.push(
      () => new Promise<void>((resolve) => server.close(() => resolve())),
      () => expect(heard).toEqual([]),
    );
    return path;
  };

  it('in a directory that others may write', async () => {
    const dir = join(home, 'run');
    await spoof(dir);
    chmodSync(dir, 0o777);
    expect(await refusal(ask(null, {AOS_HOME: home}))).toBe(
      `77 CONTROL_UNTRUSTED: the control socket is not asked: ${dir} can be written by other users`,
    );
  });

  it('behind a symbolic link', async () => {
    await spoof(join(base, 'real'));
    mkdirSync(home);
    symlinkSync(join(base, 'real'), join(home, 'run'));
    expect(await refusal(ask(null, {AOS_HOME: home}))).toContain('run is a symbolic link');
  });

  it.skipIf(!isRoot)('in the directory, or of the hand, of another user (needs root)', async () => {
    const dir = join(home, 'run');
    const path = await spoof(dir);
    chownSync(path, OTHER_UID, OTHER_UID);
    expect(await refusal(ask(null, {AOS_HOME: home}))).toContain(`${FILE} belongs to user ${OTHER_UID}`);
    chownSync(dir, OTHER_UID, OTHER_UID);
    expect(await refusal(ask(null, {AOS_HOME: home}))).toContain(`run belongs to user ${OTHER_UID}`);
    // As a user whose usual directories hold no operator that runs on this machine.
    const asking = {env: {AOS_HOME: home}, uid: OTHER_UID + 2, timeoutMs: 5_000, time: systemTime};
    expect(await refusal(connectAny(asking))).toContain('77 CONTROL_UNTRUSTED');
    // Root asks those of the owner of the journal alone, and beside it.
    chownSync(store, OTHER_UID + 1, OTHER_UID + 1);
    expect(await refusal(ask(store, {AOS_HOME: home}))).toContain('77 CONTROL_UNTRUSTED');
  });

  it('that serves another journal', async () => {
    const second = join(base, 'second');
    mkdirSync(second, {mode: 0o700});
    await operator({store: second, id: OTHER_ID});
    const said = await refusal(ask(store, {AOS_HOME: home}));
    expect(said).toContain('69 CONTROL_ABSENT: no operator runs for this node on this machine; the one at ');
    expect(said).toContain('(pid 42) works with another journal');
    // One that has taken the place of ours, too.
    lock();
    expect(await refusal(ask(store, {AOS_HOME: home}))).toContain('69 CONTROL_UNREACHABLE: an operator runs');
  });
});

describe('an operator that does not answer', () => {
  it('does not run, when nothing holds its journal', async () => {
    expect(await refusal(ask())).toBe('69 CONTROL_ABSENT: no operator runs for this node on this machine');
    journalWritten(3 * 60_000);
    expect(await refusal(ask())).toContain('the last one stopped, and wrote to the journal 3 min ago');
    writePointer(store, {socket: join(store, 'control.sock'), id: ID});
    expect(await refusal(ask())).toContain('the last one ended without closing it (killed, or a crash)');
    // Its power was cut, or its disk was full.
    for (const left of ['', '{"socket":'])
      for (const socket of [false, true]) {
        writeFileSync(join(store, 'control.json'), left);
        if (socket) await leftSocket(join(store, 'control.sock'));
        expect(await refusal(ask())).toContain('69 CONTROL_ABSENT: no operator runs for this node');
        expect(await refusal(ask())).toContain('the last one ended without closing it (killed, or a crash)');
      }
  });

  it('runs, when it holds its journal and has just written', async () => {
    lock();
    journalWritten(2_000);
    const said = await refusal(ask());
    expect(said).toContain(
      `69 CONTROL_UNREACHABLE: an operator runs (it holds the journal in ${store}; it last wrote 2 s ago)`,
    );
    // This process holds the lock, so it sees these files: it has no socket yet, and is in no container.
    expect(said).toContain('but it has no control socket now: it starts, ends, or could not open one');
    await expect(ask()).rejects.toMatchObject({
      next: {say: 'Try again in a moment; if it stays so, look at its log.'},
    });
  });

  it('hangs, when it holds its journal and has written nothing for minutes', async () => {
    lock();
    journalWritten(10 * 60_000);
    writeFileSync(
      join(store, 'owner.json'),
      JSON.stringify({pid: 41, version: '1', network: 'n', store, startedAt: 1, stoppingMs: null}),
    );
    // Not the number that it wrote down: in a container it is another one than here.
    const who = process.platform === 'linux' ? ` (pid ${process.pid})` : '';
    expect(await refusal(ask())).toContain(
      `69 OPERATOR_HANGS: an operator${who} holds the journal in ${store}, answers nothing, and has written nothing for 10 min`,
    );
    await expect(ask()).rejects.toMatchObject({
      next: {say: expect.not.stringMatching(/kill -TERM 41\b/) as string},
    });
  });

  it.skipIf(!isRoot)('of another user is asked as that user (needs root)', async () => {
    lock();
    journalWritten(2_000);
    chownSync(store, OTHER_UID, OTHER_UID);
    await expect(ask()).rejects.toMatchObject({
      next: {say: expect.stringContaining(`sudo -u '#${OTHER_UID}' aos status`) as string},
    });
  });

  it.skipIf(isRoot)(
    'is not known, behind a directory that this user may not enter (a user who is not root)',
    async () => {
      chmodSync(store, 0);
      expect(await refusal(ask())).toContain(
        '69 CONTROL_UNREACHABLE: it is not known whether an operator runs',
      );
      chmodSync(store, 0o700);
    },
  );

  it('leaves no trace of the question', async () => {
    lock();
    journalWritten(2_000);
    const before = readdirSync(base, {recursive: true}).sort();
    await refusal(ask());
    expect(readdirSync(base, {recursive: true}).sort()).toEqual(before);
  });
});
