import {chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {installService, type InstallRequest} from '../../../../src/lib/features/service/install.ts';
import {serviceStatus, type StatusRequest} from '../../../../src/lib/features/service/status.ts';
import {uninstallService, type UninstallRequest} from '../../../../src/lib/features/service/uninstall.ts';
import {passwd, programs, serviceWorld, type ServiceWorld} from '../../../support/service.ts';

const UID = process.getuid?.() ?? 0;

function requestOf({dir, config, units}: ServiceWorld, more: Partial<InstallRequest> = {}): InstallRequest {
  return {
    scope: 'system',
    name: 'aos',
    config,
    runAs: 'op',
    node: process.execPath,
    root: '/usr/lib/node_modules/aos-operator',
    version: '0.1.0',
    env: {HOME: dir, XDG_CONFIG_HOME: join(dir, 'config')},
    uid: 0,
    dryRun: false,
    force: false,
    run: programs({getent: passwd('op', UID, '/var/lib/aos')}),
    units,
    ...more,
  };
}

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as {code?: string}).code ?? error,
  );

describe('aos service install', () => {
  it('writes a unit that every user may read, and says what to type', async () => {
    using world = serviceWorld();
    const {result} = await installService(requestOf(world));
    expect(result).toMatchObject({
      became: 'written',
      file: join(world.units, 'aos.service'),
      commands: ['sudo systemctl enable --now aos'],
    });
    const text = readFileSync(result.file, 'utf8');
    expect(statSync(result.file).mode & 0o777).toBe(0o644);
    expect(text).toContain(`LoadCredential=vrf.key:${join(world.dir, 'vrf.key')}\n`);
    expect(text).toContain('Environment=AOS_NODE_VRF_KEY_FILE=/run/credentials/aos.service/vrf.key\n');
    expect(text).toContain('StateDirectory=aos\n');
    expect(text).toContain('ProtectHome=yes\n');
    expect(text).toContain(`run --headless -c ${world.config}\n`);
  });

  it('gives the secrets of alerts to the service as credentials', async () => {
    using world = serviceWorld(`alerts:
  telegram: {token_file: telegram.token, chat_id: "1"}
  pagerduty: {key_file: pagerduty.key}
  email: {server: "smtps://mail.example:465", user: a, password_file: mail.password, from: a@example.org, to: b@example.org}
  watchdog: {url_file: watchdog.url}
`);
    const names = ['telegram.token', 'pagerduty.key', 'mail.password', 'watchdog.url'];
    for (const name of names) writeFileSync(join(world.dir, name), 'secret', {mode: 0o600});
    const {result} = await installService(requestOf(world));
    const text = readFileSync(result.file, 'utf8');
    for (const [id, variable, name] of [
      ['alerts.telegram.token-file', 'AOS_ALERTS_TELEGRAM_TOKEN_FILE', 'telegram.token'],
      ['alerts.pagerduty.key-file', 'AOS_ALERTS_PAGERDUTY_KEY_FILE', 'pagerduty.key'],
      ['alerts.email.password-file', 'AOS_ALERTS_EMAIL_PASSWORD_FILE', 'mail.password'],
      ['alerts.watchdog.url-file', 'AOS_ALERTS_WATCHDOG_URL_FILE', 'watchdog.url'],
    ] as const) {
      expect(text).toContain(`LoadCredential=${id}:${join(world.dir, name)}\n`);
      expect(text).toContain(`Environment=${variable}=/run/credentials/aos.service/${id}\n`);
    }
    expect(text).not.toContain('secret\n');
  });

  it('gives the key of an engine to the service as a credential, and not its authority', async () => {
    using world = serviceWorld();
    const engine =
      'opml: {url: https://127.0.0.1:1, engine: openai, api: chat, models: ["a=b"], api_key_file: engine.key, ca: ca.pem}';
    writeFileSync(world.config, readFileSync(world.config, 'utf8').replace(/opml: .*/, engine));
    writeFileSync(join(world.dir, 'engine.key'), 'sk-secret', {mode: 0o600});
    writeFileSync(join(world.dir, 'ca.pem'), 'x', {mode: 0o644});
    const {result} = await installService(requestOf(world));
    const text = readFileSync(result.file, 'utf8');
    expect(text).toContain(`LoadCredential=engine.key:${join(world.dir, 'engine.key')}\n`);
    expect(text).toContain(
      'Environment=AOS_WORKERS_OPML_API_KEY_FILE=/run/credentials/aos.service/engine.key\n',
    );
    expect(text).not.toContain('ca.pem');
    expect(text).not.toContain('sk-secret');
  });

  it('finds its own unit right, and replaces it when something changed', async () => {
    using world = serviceWorld();
    await installService(requestOf(world));
    expect((await installService(requestOf(world))).result.became).toBe('same');
    const {result} = await installService(requestOf(world, {version: '0.2.0'}));
    expect(result).toMatchObject({
      became: 'replaced',
      commands: ['sudo systemctl daemon-reload', 'sudo systemctl restart aos'],
    });
  });

  it('writes a service of a user beside its configuration, with its files as they are', async () => {
    using world = serviceWorld();
    const run = programs({getent: passwd('op', UID, world.dir)});
    const {result} = await installService(requestOf(world, {scope: 'user', uid: 1000, run}));
    expect(result.file).toBe(join(world.dir, 'config/systemd/user/aos.service'));
    expect(result.commands).toEqual(['sudo loginctl enable-linger op', 'systemctl --user enable --now aos']);
    expect(result.journal.startsWith(join(world.dir, '.local/state/aos'))).toBe(true);
  });

  it('leaves what was there when the configuration would not start', async () => {
    using world = serviceWorld();
    await installService(requestOf(world));
    const file = join(world.units, 'aos.service');
    const before = readFileSync(file, 'utf8');
    writeFileSync(world.config, 'node: {node_id: "0x12"}\n');
    expect(await code(installService(requestOf(world, {version: '0.2.0'})))).toBe('CONFIG_INVALID');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('reads the configuration as the service will: without the variables of the shell', async () => {
    using world = serviceWorld();
    writeFileSync(world.config, readFileSync(world.config, 'utf8').replace(/ {2}signer_key: .*\n/, ''));
    const env = {HOME: world.dir, AOS_NODE_SIGNER_KEY: 'http://127.0.0.1:9000'};
    expect(await code(installService(requestOf(world, {env})))).toBe('CONFIG_INVALID');
    expect(existsSync(world.units)).toBe(false);
  });

  it.each<[string, string, Partial<InstallRequest>]>([
    ['without root', 'SERVICE_ROOT_NEEDED', {uid: 1000}],
    ['for a user that is not there', 'SERVICE_ACCOUNT_UNKNOWN', {run: programs({})}],
    ['from a folder of npx', 'SERVICE_PATH_UNFIT', {root: '/home/op/.npm/_npx/1/node_modules/aos-operator'}],
    ['from /tmp', 'SERVICE_PATH_UNFIT', {root: '/tmp/aos-operator'}],
    ['from a folder with a line break', 'SERVICE_PATH_UNFIT', {root: '/opt/a\nExecStartPre=/bin/sh'}],
    ['with a relative AOS_HOME', 'PATH_INVALID', {env: {HOME: '/', AOS_HOME: 'here'}}],
    [
      'with a state directory that is not there',
      'SERVICE_PATH_UNFIT',
      {env: {HOME: '/', AOS_HOME: '/srv/none'}},
    ],
    [
      'for a user that may not read the configuration',
      'SERVICE_PATH_UNFIT',
      {run: programs({getent: passwd('op', 54_321, '/var/lib/aos')})},
    ],
    ['with a configuration that is not there', 'CONFIG_MISSING', {config: '/etc/aos/none.yaml'}],
  ])('refuses %s', async (_what, expected, more) => {
    using world = serviceWorld();
    chmodSync(world.dir, 0o755);
    expect(await code(installService(requestOf(world, more)))).toBe(expected);
    expect(existsSync(world.units)).toBe(false);
  });

  it.each<[string, string]>([
    ['root.pem', 'tee: {url: "http://127.0.0.1:1235", root: root.pem, pcrs: {pcr0: "PCR"}}'],
    ['vk.key', 'zkml: {url: "http://127.0.0.1:1236", models: {mean: {vk: vk.key, vk_sha256: "HASH"}}}'],
    [
      'engine-ca.pem',
      'opml: {url: "https://127.0.0.1:1234", engine: openai, api: chat, models: {tiny: tiny}, ca: engine-ca.pem}',
    ],
  ])('refuses a service whose user may not read what answers are checked by: %s', async (name, kind) => {
    using world = serviceWorld();
    const text = readFileSync(world.config, 'utf8').replace(/workers:\n.*\n/, `workers:\n  ${kind}\n`);
    writeFileSync(world.config, text.replace('PCR', 'ab'.repeat(48)).replace('HASH', 'ab'.repeat(32)));
    const file = join(world.dir, name);
    writeFileSync(file, '', {mode: 0o600});
    for (const path of [world.dir, world.config]) chmodSync(path, 0o755);
    const run = programs({getent: passwd('op', 54_321, '/var/lib/aos')});
    await expect(installService(requestOf(world, {run}))).rejects.toMatchObject({
      code: 'SERVICE_PATH_UNFIT',
      message: `${file} does not let op in, which the service runs as`,
    });
  });

  it('keeps a unit that it did not write, until --force', async () => {
    using world = serviceWorld();
    mkdirSync(world.units);
    writeFileSync(join(world.units, 'aos.service'), '[Service]\nExecStart=/bin/true\n');
    expect(await code(installService(requestOf(world)))).toBe('SERVICE_UNIT_FOREIGN');
    expect(await code(uninstallService(removal(world)))).toBe('SERVICE_UNIT_FOREIGN');
    expect((await installService(requestOf(world, {force: true}))).result.became).toBe('replaced');
  });

  it('writes nothing with --dry-run, for which root is not needed', async () => {
    using world = serviceWorld();
    const {result} = await installService(requestOf(world, {dryRun: true, uid: 1000}));
    expect(result.text).toContain('[Service]');
    expect(existsSync(world.units)).toBe(false);
  });
});

function removal({units}: ServiceWorld, more: Partial<UninstallRequest> = {}): UninstallRequest {
  return {
    scope: 'system',
    name: 'aos',
    uid: 0,
    force: false,
    env: {},
    run: programs({}),
    units,
    booted: false,
    ...more,
  };
}

/** A folder with a program where that of aos would be. */
function programIn({dir}: ServiceWorld): string {
  mkdirSync(join(dir, 'aos/bin'), {recursive: true});
  writeFileSync(join(dir, 'aos/bin/run.cjs'), '');
  return join(dir, 'aos');
}

/** What `systemctl show` prints. */
function shown(values: Record<string, string>): string {
  const all = {
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    Result: 'success',
    ExecMainStatus: '0',
    MainPID: '77',
    NRestarts: '0',
    ActiveEnterTimestamp: 'Mon 2026-11-30 01:00:00 UTC',
    NeedDaemonReload: 'no',
    ...values,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

describe('aos service uninstall', () => {
  it('removes the unit, and nothing else', async () => {
    using world = serviceWorld();
    await installService(requestOf(world));
    expect(await uninstallService(removal(world))).toMatchObject({commands: []});
    expect(existsSync(join(world.units, 'aos.service'))).toBe(false);
    expect(existsSync(world.config)).toBe(true);
    expect(await code(uninstallService(removal(world)))).toBe('SERVICE_UNIT_ABSENT');
  });

  it.each([{}, {ActiveState: 'inactive'}, {ActiveState: 'activating', UnitFileState: 'disabled'}])(
    'refuses while it runs, or would start with the machine: %o',
    async (values) => {
      using world = serviceWorld();
      await installService(requestOf(world));
      const run = programs({systemctl: shown(values)});
      await expect(uninstallService(removal(world, {run, booted: true}))).rejects.toMatchObject({
        code: 'SERVICE_ACTIVE',
        next: {say: 'sudo systemctl disable --now aos'},
      });
      expect(existsSync(join(world.units, 'aos.service'))).toBe(true);
    },
  );

  it('reloads systemd where it runs', async () => {
    using world = serviceWorld();
    await installService(requestOf(world));
    const run = programs({systemctl: shown({ActiveState: 'inactive', UnitFileState: 'disabled'})});
    expect(await uninstallService(removal(world, {run, booted: true}))).toMatchObject({
      commands: ['sudo systemctl daemon-reload'],
    });
  });
});

describe('aos service status', () => {
  async function statusOf(values: Record<string, string> | null, more: Partial<StatusRequest> = {}) {
    using world = serviceWorld();
    await installService(requestOf(world, {root: programIn(world)}));
    const run = programs(values === null ? {} : {systemctl: shown(values)});
    const {verdict, checks} = await serviceStatus({
      scope: 'system',
      name: 'aos',
      env: {},
      run,
      booted: values !== null,
      user: 'op',
      units: world.units,
      ...more,
    });
    return {
      verdict,
      said: checks.filter(({state}) => state !== 'ok').map(({id, state}) => `${state} ${id}`),
      checks,
    };
  }

  it.each<[string, Record<string, string> | null, string, string[]]>([
    ['a service that runs', {}, 'ok', []],
    ['one that was started again', {NRestarts: '2'}, 'warn', ['warn service.running']],
    [
      'one that does not start with the machine',
      {UnitFileState: 'disabled'},
      'warn',
      ['warn service.enabled'],
    ],
    ['a file that systemd has not read yet', {NeedDaemonReload: 'yes'}, 'warn', ['warn service.reload']],
    ['one that is stopped', {ActiveState: 'inactive', SubState: 'dead'}, 'fail', ['fail service.running']],
    [
      'a wrong configuration',
      {ActiveState: 'failed', Result: 'exit-code', ExecMainStatus: '78'},
      'fail',
      ['fail service.running'],
    ],
    [
      'one that was given up',
      {ActiveState: 'failed', Result: 'start-limit-hit'},
      'fail',
      ['fail service.running'],
    ],
    [
      'one between two starts',
      {ActiveState: 'activating', SubState: 'auto-restart'},
      'fail',
      ['fail service.running'],
    ],
    ['a machine without systemd', null, 'warn', ['unknown systemd']],
  ])('shows %s', async (_what, values, verdict, said) => {
    expect(await statusOf(values)).toMatchObject({verdict, said});
  });

  it('names what systemd does not answer', async () => {
    expect(await statusOf(null, {booted: true})).toMatchObject({verdict: 'warn', said: ['unknown systemd']});
  });

  it('has a next step for everything that is not well', async () => {
    const {checks} = await statusOf({ActiveState: 'failed', Result: 'start-limit-hit', UnitFileState: ''});
    for (const {state, next} of checks) expect(next === null).toBe(state === 'ok');
  });

  it('says that none is installed', async () => {
    using world = serviceWorld();
    const {verdict, checks} = await serviceStatus({
      scope: 'user',
      name: 'aos',
      env: {HOME: world.dir},
      run: programs({}),
      booted: false,
      user: 'op',
    });
    expect({verdict, first: checks[0]?.state}).toEqual({verdict: 'fail', first: 'fail'});
  });
});
