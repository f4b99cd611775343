import {execFileSync, spawnSync} from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {pack, type Header} from 'tar-stream';
import {beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {usableConfig} from '../../../../src/lib/config/usable.ts';
import {encrypted} from '../../../../src/lib/features/backup/age-file.ts';
import {hashOf} from '../../../../src/lib/features/backup/archive.ts';
import {createBackup, type CreateOptions} from '../../../../src/lib/features/backup/create.ts';
import {KEY_NAME, MOST_KEYS} from '../../../../src/lib/features/backup/manifest.ts';
import {answersPing} from '../../../../src/lib/features/backup/old-host.ts';
import {restoreBackup, type RestoreOptions} from '../../../../src/lib/features/backup/restore.ts';
import {verifyBackup} from '../../../../src/lib/features/backup/verify.ts';
import {readAlertSecret} from '../../../../src/lib/keys/alert-secret.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';

const PASSPHRASE = 'a long passphrase';
const NODE = '0x1DdBd306eFFbb5FF29E41398A6a1198Ee6Fb51ce';
const NEVER = new AbortController().signal;

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'aos-backup-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

/** A node with a configuration, keys and a journal in a directory. */
async function node(dir = directory()): Promise<{dir: string; config: string}> {
  const config = join(dir, 'config.yaml');
  writeFileSync(
    config,
    `# my node
network: mainnet
node:
  node_id: "${NODE}"
  signer_key: http://127.0.0.1:9000
  vrf_key_file: ./keys of mine/vrf.key # the seed
net:
  outer_url: http://127.0.0.1:1
store:
  dir: ./journal
`,
    {mode: 0o600},
  );
  mkdirSync(join(dir, 'keys of mine'));
  writeFileSync(join(dir, 'keys of mine', 'vrf.key'), 'ab'.repeat(32), {mode: 0o600});
  await (await openJournal({dir: join(dir, 'journal'), clockId: 1n})).close();
  return {dir, config};
}

function creating(
  {dir, config}: {dir: string; config: string},
  change: Partial<CreateOptions> = {},
): CreateOptions {
  return {
    file: config,
    config: usableConfig({file: config, env: {}, cwd: dir}),
    out: join(dir, 'node.age'),
    force: false,
    passphrase: PASSPHRASE,
    version: '0.0.0',
    id: '00112233445566aa',
    now: Date.UTC(2030, 0, 1),
    signal: NEVER,
    workFactor: 4,
    ...change,
  };
}

function restoring(file: string, to: string, change: Partial<RestoreOptions> = {}): RestoreOptions {
  return {
    file,
    to,
    passphrase: PASSPHRASE,
    confirmedAt: Date.UTC(2030, 0, 2),
    ping: () => Promise.resolve(null),
    running: () => Promise.resolve(null),
    signal: NEVER,
    ...change,
  };
}

describe('a backup', () => {
  it('is made, checked and put in place on another machine', async () => {
    const source = await node();
    const made = await createBackup(creating(source));
    expect(made).toMatchObject({nodeId: NODE, network: 'mainnet', jobs: 0, files: ['node.vrf_key_file']});
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(source.dir, 'journal')).filter((name) => name.startsWith('backup-'))).toEqual([]);
    expect(await verifyBackup(made.file, PASSPHRASE, NEVER)).toMatchObject({
      id: made.id,
      createdAt: '2030-01-01T00:00:00.000Z',
    });

    const to = join(directory(), 'node');
    const restored = await restoreBackup(restoring(made.file, to));
    expect(readdirSync(to).sort()).toEqual(['config.yaml', 'keys', 'state']);
    expect(readFileSync(restored.config, 'utf8')).toContain('# my node');
    const config = usableConfig({file: restored.config, env: {}, cwd: '/'});
    expect(config).toMatchObject({
      nodeId: NODE,
      storeDir: join(to, 'state'),
      vrfKey: {kind: 'file', path: join(to, 'keys', '1-vrf.key')},
    });
    expect(readFileSync(join(to, 'keys', '1-vrf.key'), 'utf8')).toBe('ab'.repeat(32));
    for (const path of ['config.yaml', 'keys/1-vrf.key', 'state/journal.db'])
      expect(statSync(join(to, path)).mode & 0o777).toBe(0o600);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    const journal = await openJournal({dir: join(to, 'state'), clockId: 1n});
    expect(journal.copy.mark()).toMatchObject({
      id: made.id,
      confirmedAt: Date.UTC(2030, 0, 2),
      startedAt: null,
    });
    await journal.close();
  });

  it('takes the secrets of alerts along', async () => {
    const source = await node();
    const secrets = {
      slack: 'https://hooks.slack.com/services/T0/secret',
      watchdog: 'https://hc.example/secret',
    };
    const lines = Object.entries(secrets).map(([name, secret]) => {
      writeFileSync(join(source.dir, `${name}.url`), `${secret}\n`, {mode: 0o600});
      return `  ${name}: {url_file: ${name}.url}\n`;
    });
    writeFileSync(source.config, `${readFileSync(source.config, 'utf8')}alerts:\n${lines.join('')}`);
    const {file, files} = await createBackup(creating(source));
    expect(files).toEqual(['node.vrf_key_file', 'alerts.slack.url_file', 'alerts.watchdog.url_file']);

    const restored = await restoreBackup(restoring(file, join(directory(), 'node')));
    const {alertChannels, watchdog} = usableConfig({file: restored.config, env: {}, cwd: '/'});
    const [slack] = alertChannels;
    if (slack?.name !== 'slack' || watchdog === null) throw new Error('a channel is missing');
    expect(readAlertSecret(slack.urlFile, 'alerts.slack.url_file', 'url')).toBe(secrets.slack);
    expect(readAlertSecret(watchdog.urlFile, 'alerts.watchdog.url_file', 'url')).toBe(secrets.watchdog);
  });

  it('takes the files along by which answers are checked, so that the restored node starts', async () => {
    const source = await node();
    const names = ['root.pem', 'engine.key', 'ca.pem', 'vk.key', 'settings.json'];
    for (const name of names) writeFileSync(join(source.dir, name), `of ${name}`, {mode: 0o600});
    const hash = 'ab'.repeat(32);
    writeFileSync(
      source.config,
      `${readFileSync(source.config, 'utf8')}workers:
  tee: {url: "http://127.0.0.1:1235", root: root.pem}
  opml: {url: "https://127.0.0.1:1234", engine: openai, api: chat, models: {tiny: tiny}, api_key_file: engine.key, ca: ca.pem}
  zkml:
    url: http://127.0.0.1:1236
    models:
      net.v1: {vk: vk.key, vk_sha256: "${hash}", settings: settings.json, settings_sha256: "${hash}"}
`,
    );
    const {file, files} = await createBackup(creating(source));
    expect(files).toEqual([
      'node.vrf_key_file',
      'workers.tee.root',
      'workers.opml.api_key_file',
      'workers.opml.ca',
      'workers.zkml.models.net.v1.vk',
      'workers.zkml.models.net.v1.settings',
    ]);
    const restored = await restoreBackup(restoring(file, join(directory(), 'node')));
    const {teeAttestation, engine, proofChecks} = usableConfig({file: restored.config, env: {}, cwd: '/'});
    const {vk = '', settings = ''} = proofChecks.models.get('net.v1') ?? {};
    const paths = [teeAttestation.rootFile, engine?.apiKeyFile, engine?.ca, vk, settings];
    expect(paths.map((path) => readFileSync(path ?? '', 'utf8'))).toEqual(names.map((name) => `of ${name}`));
  });

  it('takes the files of any number of models along, and is refused where they are more than it can have', async () => {
    const source = await node();
    writeFileSync(join(source.dir, 'vk.key'), 'a key', {mode: 0o600});
    writeFileSync(join(source.dir, 'settings.json'), '{}', {mode: 0o600});
    const hash = 'ab'.repeat(32);
    const names = Array.from({length: 21}, (_, n) => `net-${n}`);
    const lines = names.map(
      (name) =>
        `      ${name}: {vk: vk.key, vk_sha256: "${hash}", settings: settings.json, settings_sha256: "${hash}"}\n`,
    );
    const text = `workers:\n  zkml:\n    url: http://127.0.0.1:1236\n    models:\n${lines.join('')}`;
    writeFileSync(source.config, `${readFileSync(source.config, 'utf8')}${text}`);
    const {file, files} = await createBackup(creating(source));
    expect(files).toHaveLength(1 + 2 * names.length);
    const restored = await restoreBackup(restoring(file, join(directory(), 'node')));
    const {models} = usableConfig({file: restored.config, env: {}, cwd: '/'}).proofChecks;
    expect([...models.values()].map(({settings}) => readFileSync(settings ?? '', 'utf8'))).toEqual(
      names.map(() => '{}'),
    );

    expect(`keys/${MOST_KEYS}-vk.key`).toMatch(KEY_NAME);
    const options = creating(source, {force: true});
    const {proofChecks} = options.config;
    const [model] = proofChecks.models.values();
    if (model === undefined) throw new Error('no model');
    const many = new Map(Array.from({length: 600}, (_, n) => [`net-${n}`, model] as const));
    const config = {...options.config, proofChecks: {...proofChecks, models: many}};
    await expect(createBackup({...options, config})).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: 'the configuration names 1201 files, and a backup has at most 1020',
    });
  });

  it('is opened by age and tar alone', async (context) => {
    const age = spawnSync('age', ['--version']);
    if (age.error !== undefined) context.skip('the package age of Debian is missing: apt-get install age');
    const source = await node();
    const {file} = await createBackup(creating(source));
    const out = directory();
    // age reads a passphrase from a terminal alone.
    execFileSync('script', ['-qec', `age -d -o ${out}/node.tar ${file}`, '/dev/null'], {
      input: `${PASSPHRASE}\n`,
    });
    execFileSync('tar', ['xf', `${out}/node.tar`, '-C', out]);
    expect(readFileSync(join(out, 'keys/1-vrf.key'), 'utf8')).toBe('ab'.repeat(32));
    expect(readFileSync(join(out, 'README.txt'), 'utf8')).toContain(NODE);
  });

  it('that exists stays when a new one fails, and no part of the new one is left', async () => {
    const source = await node();
    const {file} = await createBackup(creating(source));
    await expect(createBackup(creating(source))).rejects.toMatchObject({code: 'OUT_EXISTS'});
    const before = readFileSync(file);
    const stopped = AbortSignal.abort(new Error('interrupted'));
    await expect(createBackup(creating(source, {force: true, signal: stopped}))).rejects.toThrow(
      'interrupted',
    );
    rmSync(join(source.dir, 'keys of mine/vrf.key'));
    await expect(createBackup(creating(source, {force: true}))).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(source.dir).sort()).toEqual(['config.yaml', 'journal', 'keys of mine', 'node.age']);
    expect(readdirSync(join(source.dir, 'journal')).filter((name) => name.includes('backup'))).toEqual([]);
  });

  it('removes what a killed one left', async () => {
    const source = await node();
    const left = join(source.dir, 'journal', `backup-${2 ** 22 + 1}.tmp`);
    writeFileSync(left, 'half of a copy');
    await createBackup(creating(source));
    expect(existsSync(left)).toBe(false);
  });
});

describe('a backup that is wrong', () => {
  let whole = Buffer.alloc(0);
  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'aos-backup-'));
    const {file} = await createBackup(creating(await node(dir)));
    whole = readFileSync(file);
    rmSync(dir, {recursive: true});
  });
  const broken: [name: string, code: string, spoil: (file: string) => void][] = [
    ['cut in its header', 'BACKUP_INVALID', (file) => truncateSync(file, 60)],
    [
      'cut in the middle',
      'BACKUP_INVALID',
      (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    ],
    ['cut by one byte', 'BACKUP_INVALID', (file) => truncateSync(file, statSync(file).size - 1)],
    [
      'changed in one bit',
      'BACKUP_INVALID',
      (file) => {
        const bytes = readFileSync(file);
        const at = bytes.length - 1_000;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      },
    ],
    ['empty', 'BACKUP_INVALID', (file) => truncateSync(file, 0)],
    ['another file', 'BACKUP_INVALID', (file) => writeFileSync(file, 'PK\x03\x04 a zip')],
    [
      'a directory',
      'BACKUP_FAILED',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
    ['gone', 'BACKUP_FAILED', (file) => rmSync(file)],
  ];
  it.each(broken)('(%s) is refused with %s, and nothing is left of the try', async (_name, code, spoil) => {
    const file = join(directory(), 'node.age');
    writeFileSync(file, whole);
    spoil(file);
    await expect(verifyBackup(file, PASSPHRASE, NEVER)).rejects.toMatchObject({code});
    const parent = directory();
    await expect(restoreBackup(restoring(file, join(parent, 'node')))).rejects.toMatchObject({code});
    expect(readdirSync(parent)).toEqual([]);
  });

  it('that is not there is named with the way to look for it', async () => {
    const dir = directory();
    await expect(verifyBackup(join(dir, 'node.age'), PASSPHRASE, NEVER)).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: `${join(dir, 'node.age')} is not there (ENOENT)`,
      next: {say: `Correct the path: ls -l ${dir}`},
    });
  });

  it('is not opened by another passphrase', async () => {
    const file = join(directory(), 'node.age');
    writeFileSync(file, whole);
    await expect(verifyBackup(file, 'another passphrase', NEVER)).rejects.toMatchObject({
      code: 'BACKUP_PASSPHRASE',
    });
  });
});

type Item = {header: Partial<Header> & {name: string}; body?: string};

/** An archive as someone who knows the passphrase could make it. */
async function hostile(items: readonly Item[]): Promise<string> {
  const tar = pack();
  for (const {header, body = ''} of items) tar.entry(header, body);
  tar.finalize();
  const file = join(directory(), 'hostile.age');
  await pipeline(
    await encrypted(Readable.from(tar, {objectMode: false}), PASSPHRASE, 4),
    createWriteStream(file),
  );
  return file;
}

function manifest(change: object = {}): Item {
  const entry = {bytes: 2, sha256: hashOf(Buffer.from('{}'))};
  const jobs = Object.fromEntries(
    ['received', 'selected', 'unanswered', 'concluded', 'signed', 'accepted', 'expired'].map((state) => [
      state,
      0,
    ]),
  );
  const said = {
    ...{
      format: 'aos-backup',
      version: 1,
      id: '00112233445566aa',
      createdAt: 1,
      aos: '0',
      nodeId: NODE,
      network: 'n',
    },
    ...{outerUrl: null, config: entry, journal: {...entry, jobs}, keys: []},
    ...change,
  };
  return {header: {name: 'manifest.json'}, body: JSON.stringify(said)};
}

describe('an archive with something else in it', () => {
  const key = (name: string) => ({
    name,
    field: 'node.vrf_key_file',
    bytes: 2,
    sha256: hashOf(Buffer.from('{}')),
  });
  const config = {header: {name: 'config.yaml'}, body: '{}'};
  it.each<[string, Item[]]>([
    ['a path upwards', [manifest(), {header: {name: '../../evil'}, body: 'x'}]],
    ['an absolute path', [manifest(), {header: {name: '/tmp/aos-evil'}, body: 'x'}]],
    ['a path upwards that the manifest names', [manifest({keys: [key('keys/../../evil')]})]],
    ['a link', [manifest(), {header: {name: 'config.yaml', type: 'symlink', linkname: '/etc/passwd'}}]],
    ['a hard link', [manifest(), {header: {name: 'config.yaml', type: 'link', linkname: '/etc/passwd'}}]],
    ['a directory', [manifest(), {header: {name: 'keys', type: 'directory'}}]],
    ['a device', [manifest(), {header: {name: 'journal.db', type: 'character-device'}}]],
    ['a name twice', [manifest(), config, config]],
    ['a name that no manifest has', [manifest(), {header: {name: 'keys/1-other'}, body: 'x'}]],
    ['no manifest first', [config, manifest()]],
    ['other bytes than the manifest says', [manifest(), {header: {name: 'config.yaml'}, body: '[]'}]],
    ['another size than the manifest says', [manifest(), {header: {name: 'config.yaml'}, body: '{} '}]],
    ['a huge manifest', [{header: {name: 'manifest.json'}, body: ' '.repeat(2 ** 20 + 1)}]],
    ['a later version', [manifest({version: 2})]],
    ['something missing', [manifest(), config]],
    ['a journal that is none', [manifest(), config, {header: {name: 'journal.db'}, body: '{}'}]],
  ])('(%s) is refused and touches nothing', async (_name, items) => {
    const file = await hostile(items);
    const parent = directory();
    const code = expect.stringMatching(/^(BACKUP_INVALID|JOURNAL_UNREADABLE)$/) as string;
    await expect(restoreBackup(restoring(file, join(parent, 'node')))).rejects.toMatchObject({code});
    expect(readdirSync(parent)).toEqual([]);
    expect(existsSync('/tmp/aos-evil')).toBe(false);
  });

  it('is refused when it would not fit on the disk, before anything is written', async () => {
    const journal = {bytes: 2 ** 50, sha256: hashOf(Buffer.from('')), jobs: {}};
    const jobs = Object.fromEntries(
      ['received', 'selected', 'unanswered', 'concluded', 'signed', 'accepted', 'expired'].map((state) => [
        state,
        0,
      ]),
    );
    const file = await hostile([manifest({journal: {...journal, jobs}})]);
    const parent = directory();
    await expect(restoreBackup(restoring(file, join(parent, 'node')))).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
    });
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('a restore', () => {
  it('is refused while the former operator may work, and leaves nothing', async () => {
    const {file} = await createBackup(creating(await node()));
    const parent = directory();
    const to = join(parent, 'node');
    const server = createServer((_request, response) => response.end('pong'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (const change of [
      {confirmedAt: null},
      {ping: () => answersPing(url, NEVER)},
      {running: () => Promise.resolve('pid 1')},
    ])
      await expect(restoreBackup(restoring(file, to, change))).rejects.toMatchObject({
        code: 'RESTORE_UNSAFE',
      });
    expect(readdirSync(parent)).toEqual([]);
    expect(await answersPing('http://127.0.0.1:1', NEVER)).toBeNull();
  });

  it('never replaces what is there, and names an operator that works there', async () => {
    const source = await node();
    const {file} = await createBackup(creating(source));
    await expect(restoreBackup(restoring(file, source.dir))).rejects.toMatchObject({code: 'OUT_EXISTS'});
    const empty = directory();
    await restoreBackup(restoring(file, empty));
    expect(readdirSync(empty)).toContain('config.yaml');
    await expect(restoreBackup(restoring(file, join(empty, 'config.yaml')))).rejects.toMatchObject({
      code: 'OUT_EXISTS',
    });
  });
});
