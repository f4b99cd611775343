import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {commandOfUnit} from '../../src/lib/foundation/system/own-unit.ts';
import {canBeOthers} from '../support/as-user.ts';
import {goodFile} from '../support/config-file.ts';
import {SEED} from '../support/service.ts';
import {installTarball, packTarball} from '../support/tarball.ts';

const canAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
/** A user that every Debian has, and that owns nothing. */
const DAEMON = {name: 'daemon', uid: 1, gid: 1};
const MOST_EXPOSED = 2.5;

describe.skipIf(!canBeOthers)('the unit of an installed aos (needs root, and setpriv)', () => {
  let folder = '';
  let unit = '';
  let port = 0;
  /** Not aos: another test or a real service of this machine may be that. */
  let name = '';

  beforeAll(async () => {
    // A service has a /tmp of its own, so nothing of it may be there.
    folder = mkdtempSync('/opt/aos-test-');
    name = path.basename(folder);
    chmodSync(folder, 0o755);
    const root = installTarball(packTarball(folder).file, path.join(folder, 'prefix'));
    port = await freePort();
    const state = path.join(folder, 'state');
    mkdirSync(state, {mode: 0o700});
    chownSync(state, DAEMON.uid, DAEMON.gid);
    writeFileSync(path.join(folder, 'vrf.key'), SEED, {mode: 0o600});
    const config = path.join(folder, 'config.yaml');
    const text = goodFile({more: `store:\n  dir: ${state}\nworkers:\n  opml: {url: http://127.0.0.1:9}\n`})
      .replace('0.0.0.0:21001', `127.0.0.1:${port}`)
      .replace('127.0.0.1:21001', `127.0.0.1:${port}`)
      .replace('127.0.0.1:8081', '127.0.0.1:9')
      .replace('https://rpc.example.org/v3/abc', 'http://127.0.0.1:9');
    writeFileSync(config, text, {mode: 0o644});
    unit = execFileSync(
      process.execPath,
      [
        path.join(root, 'bin/run.cjs'),
        'service',
        'install',
        '--dry-run',
        '-c',
        config,
        '--run-as',
        'daemon',
        '--name',
        name,
      ],
      {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']},
    );
    writeFileSync(path.join(folder, `${name}.service`), unit);
  });
  afterAll(() => {
    rmSync(folder, {recursive: true, force: true});
  });

  it.skipIf(!canAnalyze)('has nothing that systemd complains of (needs systemd-analyze)', () => {
    const {status, stdout, stderr} = spawnSync(
      'systemd-analyze',
      ['verify', path.join(folder, `${name}.service`)],
      {
        encoding: 'utf8',
      },
    );
    expect({status, said: stdout + stderr}).toEqual({status: 0, said: ''});
  });

  it.skipIf(!canAnalyze)('exposes the machine as little as systemd wants (needs systemd-analyze)', () => {
    const {stdout} = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', path.join(folder, `${name}.service`)],
      {encoding: 'utf8'},
    );
    const level = Number(/exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1]);
    expect(level).toBeLessThanOrEqual(MOST_EXPOSED);
  });

  it('starts as its user, with its secrets as systemd shows them, and ends by SIGTERM', async () => {
    // As systemd does it for LoadCredential, but for the access list, which not every file system has.
    const credentials = `/run/credentials/${name}.service`;
    mkdirSync(credentials, {recursive: true});
    writeFileSync(path.join(credentials, 'vrf.key'), SEED, {mode: 0o400});
    chownSync(path.join(credentials, 'vrf.key'), DAEMON.uid, DAEMON.gid);
    const variables = [...unit.matchAll(/^Environment=([A-Z_]+)=(.*)$/gm)].map(
      ([, key = '', value = '']): [string, string] => [key, value],
    );
    const child = spawn(
      'setpriv',
      [
        '--reuid',
        String(DAEMON.uid),
        '--regid',
        String(DAEMON.gid),
        '--clear-groups',
        '--no-new-privs',
        '--',
        ...commandOfUnit(unit),
      ],
      {
        cwd: '/',
        env: {
          ...Object.fromEntries<string>(variables),
          HOME: '/nonexistent',
          USER: DAEMON.name,
          PATH: '/usr/bin:/bin',
          CREDENTIALS_DIRECTORY: credentials,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    try {
      const end = endOf(child);
      await answering(`http://127.0.0.1:${port}/ping`, end);
      child.kill('SIGTERM');
      expect((await end).code).toBe(143);
    } finally {
      child.kill('SIGKILL');
      rmSync(credentials, {recursive: true, force: true});
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

type End = {code: number | null; said: string};

function endOf(child: ChildProcess): Promise<End> {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({code, said});
    });
  });
}

/** Waits until a URL answers; fails with what the program said when that ends first. */
async function answering(url: string, end: Promise<End>): Promise<void> {
  const ended: End[] = [];
  void end.then((found) => ended.push(found));
  for (;;) {
    if (ended.length > 0) throw new Error(`it ended: ${JSON.stringify(ended)}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 200) return;
    await pause(100);
  }
}
