import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {planChecks} from '../../../../src/lib/features/doctor/select.ts';
import {fixFindings} from '../../../../src/lib/features/doctor/fix.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {child} from '../../../support/child-socket.ts';
import {patient, type Patient} from '../../../support/doctor.ts';
import {answerOf, newJob} from '../../../support/journal.ts';

const GIB = 2 ** 30;
const modeOf = (path: string): number => statSync(path).mode & 0o777;
type Breakage = [name: string, breakIt: (sick: Patient, path: string) => void, told: RegExp];
/** root may read everything. */
const UNREADABLE: Breakage[] =
  process.getuid!() === 0 ? [] : [['unreadable', (_sick, path) => chmodSync(path, 0), /may not be read/]];

describe('config', () => {
  it('is well when it is right', async () => {
    const checks = await patient().checks('config', 'files');
    const states = Object.entries(checks).map(([id, {state}]) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({
      'config.file': 'ok',
      'config.proxy': 'skipped',
      'config.secrets': 'ok',
      'config.valid': 'ok',
      'config.unused': 'ok',
      'files.config': 'ok',
      'files.vrf_key': 'ok',
      'files.bls_key': 'skipped',
      'files.state_dir': 'ok',
      'files.journal': 'skipped',
      'files.evidence': 'skipped',
      'files.sockets': 'ok',
    });
  });

  it.each<Breakage>([
    ['missing', (_sick, path) => rmSync(path), /CONFIG_MISSING/],
    [
      'a directory',
      (_sick, path) => {
        rmSync(path);
        mkdirSync(path);
      },
      /is an empty directory/,
    ],
    [
      'a link to itself',
      (_sick, path) => {
        rmSync(path);
        symlinkSync('config.yaml', path);
      },
      /leads back to itself/,
    ],
    ['no text', (_sick, path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00])), /CONFIG_UNREADABLE/],
    ...UNREADABLE,
  ])('that is %s is a finding, and the other checks continue', async (_name, breakIt, told) => {
    const sick = patient();
    breakIt(sick, join(sick.dir, 'config.yaml'));
    const checks = await sick.checks();
    expect(checks['config.file']).toMatchObject({
      state: 'fail',
      found: expect.stringMatching(told) as string,
    });
    expect(checks['config.valid']).toMatchObject({state: 'skipped', because: 'config.file'});
    expect(checks['signer.url']).toMatchObject({state: 'skipped', because: 'config.file'});
    expect(checks['disk.space']?.state).not.toBe('skipped');
    expect(checks['versions.node']?.state).toBe('ok');
  });

  it('with mistakes leaves the values that are right to the other checks', async () => {
    const sick = patient();
    sick.configure({'node.node_id': '0x12', 'net.dispatcher_url': null}, 'nett: {}\n');
    const checks = await sick.checks(
      'config',
      'files.vrf_key',
      'workers.opml',
      'dispatcher',
      'ping.operator',
    );
    expect(checks['config.valid']).toMatchObject({state: 'fail'});
    expect(checks['config.valid']?.found).toMatch(/2 problems.*node\.node_id.*net\.dispatcher_url/s);
    expect(checks['config.unused']?.found).toContain('nett is not a known key; did you mean net?');
    expect(checks).toMatchObject({
      'files.vrf_key': {state: 'ok'},
      'workers.opml': {state: 'fail'},
      'dispatcher.websocket': {state: 'skipped', because: 'config.valid'},
      'ping.operator': {state: 'skipped', because: 'config.valid'},
    });
  });

  it('with a published address is not well outside a devnet, and says so where no chain is named', async () => {
    const sick = patient();
    const published = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
    sick.configure({'node.node_id': published, 'chain.chain_id': '560048'});
    expect(await sick.checks('config.valid')).toMatchObject({
      'config.valid': {
        state: 'fail',
        found: expect.stringMatching(/published.* on chain 560048 too/) as string,
      },
    });
    const elsewhere = {
      network: null,
      'node.node_id': published,
      'chain.chain_rpc_url': 'http://rpc.invalid',
    };
    sick.configure({...elsewhere, 'chain.chain_id': null});
    expect(await sick.checks('config.valid')).toMatchObject({
      'config.valid': {state: 'warn', found: expect.stringMatching(/documents publish/) as string},
    });
    sick.configure({...elsewhere, 'chain.chain_id': '31337'});
    expect(await sick.checks('config.valid')).toMatchObject({'config.valid': {state: 'ok'}});
  });

  it('with a syntax error takes what stands before it', async () => {
    const sick = patient();
    sick.configure({}, 'policy: {penalty: [\n');
    const checks = await sick.checks('config.valid', 'files.vrf_key');
    expect(checks['config.valid']?.state).toBe('fail');
    expect(checks['files.vrf_key']?.state).toBe('ok');
  });

  it('finds keys where they do not belong, and does not show them', async () => {
    const sick = patient();
    const key = '4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d';
    sick.configure({'node.signer_key': key});
    const raw = await sick.examine();
    expect(raw.report.checks.find(({id}) => id === 'config.secrets')).toMatchObject({state: 'fail'});
    expect(JSON.stringify(raw.report)).not.toContain(key);
    sick.configure({'node.vrf_key': key, 'node.vrf_key_file': null});
    const inline = await sick.examine('config.secrets', 'files.vrf_key');
    expect(inline.report.checks.map(({id, state}) => [id, state])).toEqual([
      ['config.secrets', 'warn'],
      ['files.vrf_key', 'ok'],
    ]);
    expect(JSON.stringify(inline.report)).not.toContain(key);
  });
});

describe('files', () => {
  it.each<[string, (sick: Patient) => void, string, RegExp]>([
    ['VRF key for all', ({dir}) => chmodSync(join(dir, 'vrf.key'), 0o644), 'files.vrf_key', /mode 0644/],
    [
      'VRF key of 5 bytes',
      ({dir}) => writeFileSync(join(dir, 'vrf.key'), '12345'),
      'files.vrf_key',
      /VRF_KEY_INVALID/,
    ],
    ['no VRF key', ({dir}) => rmSync(join(dir, 'vrf.key')), 'files.vrf_key', /VRF_KEY_MISSING/],
    [
      'state directory for all',
      ({dir}) => chmodSync(join(dir, 'state'), 0o755),
      'files.state_dir',
      /mode 0755/,
    ],
    [
      'state “directory”',
      ({dir}) => {
        rmSync(join(dir, 'state'), {recursive: true});
        writeFileSync(join(dir, 'state'), '');
      },
      'files.state_dir',
      /no directory/,
    ],
    [
      'configuration for all to write',
      ({dir}) => chmodSync(join(dir, 'config.yaml'), 0o666),
      'files.config',
      /others can change/,
    ],
    [
      'journal for all',
      ({dir}) => writeFileSync(join(dir, 'state/journal.db'), '', {mode: 0o644}),
      'files.journal',
      /journal\.db/,
    ],
    [
      'receipts for all',
      ({dir}) => mkdirSync(join(dir, 'state/evidence'), {recursive: true, mode: 0o755}),
      'files.evidence',
      /others can read/,
    ],
  ])('%s', async (_name, breakIt, id, told) => {
    const sick = patient();
    breakIt(sick);
    const check = Object.values(await sick.checks(id)).find((one) => one.id === id);
    expect(check).toMatchObject({id, state: 'fail', found: expect.stringMatching(told) as string});
    expect(check?.next).toBeTruthy();
  });

  it('warns of a readable configuration only when something in it lets others in', async () => {
    const sick = patient();
    chmodSync(join(sick.dir, 'config.yaml'), 0o644);
    expect((await sick.checks('files.config'))['files.config']?.state).toBe('ok');
    sick.configure({'chain.chain_rpc_url': 'http://127.0.0.1:1/?apikey=geheim'});
    chmodSync(join(sick.dir, 'config.yaml'), 0o644);
    const {report} = await sick.examine('files.config');
    expect(report.checks[0]).toMatchObject({
      state: 'warn',
      next: {say: expect.stringContaining('chmod 600') as string},
    });
    expect(JSON.stringify(report)).not.toContain('geheim');
  });

  it('--fix mends modes, directories and dead sockets, shows them first, and touches nothing else', async () => {
    const sick = patient();
    const run = join(sick.dir, 'home/run');
    mkdirSync(run, {recursive: true});
    chmodSync(run, 0o700);
    await using alive = await child(join(run, 'aaaaaaaaaaaa.sock'));
    {
      await using dead = await child(join(run, 'bbbbbbbbbbbb.sock'));
      await dead.kill();
    }
    writeFileSync(join(run, 'cccccccccccc.sock'), 'no socket');
    chmodSync(join(sick.dir, 'vrf.key'), 0o640);
    rmSync(join(sick.dir, 'state'), {recursive: true});
    const before = await sick.examine('files');
    expect(before.report.repairs.map(({id, kind}) => [id, kind])).toEqual([
      ['files.vrf_key', 'chmod'],
      ['files.state_dir', 'mkdir'],
      ['files.sockets', 'remove-socket'],
    ]);

    const told: string[] = [];
    const fix = (yes: boolean) =>
      fixFindings(before, sick.where, {
        yes,
        canAsk: false,
        note: (line) => told.push(line),
        signal: new AbortController().signal,
      });
    const refused = await fix(false).catch((error: unknown) => error);
    expect(isAosError(refused, 'USAGE')).toBe(true);
    expect(modeOf(join(sick.dir, 'vrf.key'))).toBe(0o640);
    expect(told.join('\n')).toContain(`chmod 600 ${join(sick.dir, 'vrf.key')}`);

    const {report} = await fix(true);
    expect(report.repairs.map(({state}) => state)).toEqual(['done', 'done', 'done']);
    expect(report.verdict).toBe('ok');
    expect(modeOf(join(sick.dir, 'vrf.key'))).toBe(0o600);
    expect(modeOf(join(sick.dir, 'state'))).toBe(0o700);
    const left = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'].map(
      (name) => statSync(join(run, `${name}.sock`), {throwIfNoEntry: false}) !== undefined,
    );
    expect(left).toEqual([true, false, true]);
    expect(alive.pid).toBeGreaterThan(0);
  });

  it('--fix leaves a socket alone that somebody took over in between', async () => {
    const sick = patient();
    const run = join(sick.dir, 'home/run');
    const path = join(run, 'bbbbbbbbbbbb.sock');
    mkdirSync(run, {recursive: true, mode: 0o700});
    {
      await using dead = await child(path);
      await dead.kill();
    }
    const before = await sick.examine('files.sockets');
    rmSync(path);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const signal = new AbortController().signal;
    const {report} = await fixFindings(before, sick.where, {
      yes: true,
      canAsk: false,
      note: () => {},
      signal,
    });
    expect(report.repairs).toMatchObject([{state: 'failed', why: 'a process answers there by now'}]);
    expect(statSync(path).isSocket()).toBe(true);
    server.close();
  });
});

describe('journal', () => {
  it('counts, checks, and tells what waits', async () => {
    const sick = patient();
    const dir = join(sick.dir, 'state');
    expect((await sick.checks('journal'))['journal.open']).toMatchObject({state: 'warn', next: run('run')});
    const journal = await openJournal({dir, clockId: 1n});
    const {record} = await journal.receive(newJob('one'));
    await journal.conclude(record.seq, answerOf('{}'));
    // Beside the one that writes.
    expect(await sick.checks('journal')).toMatchObject({
      'journal.open': {state: 'ok'},
      'journal.sound': {state: 'ok'},
      'journal.readings': {state: 'ok'},
      'journal.backlog': {state: 'warn', next: run('run')},
    });
    await journal.accepted(record.seq, Date.now(), {envelopeId: 'e', signature: 'ff', at: Date.now()});
    await journal.close();
    expect(await sick.checks('journal')).toMatchObject({'journal.backlog': {state: 'ok'}});
  });

  it('fails for a damaged one and skips what hangs on it', async () => {
    const sick = patient();
    writeFileSync(join(sick.dir, 'state/journal.db'), Buffer.alloc(8192, 7), {mode: 0o600});
    expect(await sick.checks('journal')).toMatchObject({
      'journal.log': {state: 'fail', found: expect.stringContaining('JOURNAL_DAMAGED') as string},
      'journal.open': {state: 'skipped', because: 'journal.log'},
      'journal.sound': {state: 'skipped', because: 'journal.open'},
    });
  });
});

describe('disk and versions', () => {
  it.each<[string, number, number, string]>([
    ['much', 50 * GIB, 100 * GIB, 'ok'],
    ['half of little', 1.5 * GIB, 2 * GIB, 'ok'],
    ['little', 1.5 * GIB, 100 * GIB, 'warn'],
    ['next to nothing', 0.1 * GIB, 100 * GIB, 'fail'],
    ['nothing', 0, 0, 'fail'],
  ])('%s free', async (_name, freeBytes, bytes, state) => {
    const asked: string[] = [];
    const disk = (path: string) => {
      asked.push(path);
      return Promise.resolve({freeBytes, bytes, freeFiles: 5, files: 1_000_000});
    };
    const sick = patient({disk});
    const checks = await sick.checks('disk');
    expect(checks).toMatchObject({'disk.space': {state}, 'disk.inodes': {state: 'fail'}});
    expect(asked).toEqual([join(sick.dir, 'state')]);
  });

  it('looks at the disk itself', async () => {
    expect((await patient().checks('disk.space'))['disk.space']?.found).toMatch(/free of .* GiB/);
  });

  it.each([
    ['18.20.0', 'fail'],
    ['20.18.9', 'fail'],
    ['20.19.0', 'ok'],
    ['21.0.0', 'warn'],
    ['24.1.0', 'ok'],
    ['31.0.0', 'warn'],
  ])('Node.js %s is %s', async (node, state) => {
    expect(await patient({node}).checks('versions.node')).toMatchObject({'versions.node': {state}});
  });

  it('plans nothing that it does not make', async () => {
    const sick = patient();
    const {report} = await sick.examine();
    expect(new Set(report.checks.map(({id}) => id))).toEqual(planChecks({only: [], skip: []}).asked);
    for (const {state, next, id} of report.checks)
      if (state === 'fail') expect({id, hasNext: next !== null}).toEqual({id, hasNext: true});
  });
});
