import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {commandOfUnit} from '../../src/lib/foundation/system/own-unit.ts';
import {type Cli, eventually, jsonOf, openWorld, ROOT, type World} from '../support/cli.ts';
import {type DevnetUp, devnetUp} from '../support/devnet-up.ts';
import {canMakeMachines, type Machine, openSite, type Site} from '../support/machines.ts';
import {packTarball} from '../support/tarball.ts';

/** Where an operator answers /ping, and where it takes the answers of workers. */
const PING = 21_001;
const CALLBACKS = 21_002;
const OLD_CONFIG = '/etc/aos/config.yaml';
const NEW_CONFIG = '/var/lib/aos-node/config.yaml';
const PASSWORD = '/etc/aos/backup.password';

let world: World;
let site: Site;
let folder = '';
let tarball = '';
let devnet: DevnetUp;

beforeAll(async () => {
  if (!canMakeMachines) return;
  world = openWorld();
  folder = mkdtempSync('/var/tmp/aos-machines-');
  tarball = packTarball(folder).file;
  site = await openSite(world);
  const {shell = ''} = site.middle(
    `$AOS devnet up --json --friendly --job-every 300ms --operator-port ${PING}`,
  );
  devnet = await devnetUp(world, [], {shell});
});
afterAll(async () => {
  if (!canMakeMachines) return;
  site.close();
  await world[Symbol.asyncDispose]();
  rmSync(folder, {recursive: true, force: true});
});

/** A line that a document shows to be typed as root. */
function shown(file: string, start: string): string {
  const line = readFileSync(path.join(ROOT, file), 'utf8')
    .split('\n')
    .map((text) => text.trim().replace(/^sudo /, ''))
    .find((text) => text.startsWith(start));
  if (line === undefined) throw new Error(`${file} has no line ${start}`);
  return line.replace(/ +#.*$/, '').replaceAll('VERSION', versionOf(tarball));
}

const versionOf = (file: string): string => /aos-operator-(.+)\.tgz$/.exec(file)?.[1] ?? '';

/** What a line prints; fails when it does not end with 0. */
function typed(machine: Machine, line: string): string {
  const {status, stdout, stderr} = machine.sh(line);
  if (status !== 0) throw new Error(`${line} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** A machine that reaches the devnet at the addresses that the devnet names, and that has the tarball and the service's user. */
async function machineWithUser(name: string): Promise<Machine> {
  const machine = await site.add(path.join(folder, name));
  copyFileSync(tarball, path.join(machine.root, 'root', path.basename(tarball)));
  const {chain, signer, dispatcher, dispatcherHttp, worker} = devnet.urls;
  const hosts = [chain, signer, dispatcher, worker].map((url) => new URL(url).host);
  const ports = hosts.map((host) => host.slice(host.indexOf(':')));
  await site.tunnel(
    ...hosts.map((host, index) => {
      const way = `${machine.gateway}${ports[index]}=${host}`;
      return host === new URL(dispatcher).host ? `${way}=${new URL(dispatcherHttp).host}` : way;
    }),
  );
  await machine.tunnel(...hosts.map((host, index) => `${host}=${machine.gateway}${ports[index]}`));
  typed(machine, shown('docs/services.md', 'useradd'));
  typed(machine, shown('docs/services.md', 'install -d -m 750'));
  typed(machine, shown('docs/services.md', 'install -d -m 700'));
  return machine;
}

/** The way from the network and from the workers to the machine that is the node's. */
const wayTo = ({address}: Machine): Promise<Cli> =>
  site.tunnel(`127.0.0.1:${PING}=${address}:${PING}`, `127.0.0.1:${CALLBACKS}=${address}:${CALLBACKS}`);

/** Makes the node: configuration, keys, registration. */
function setUp(machine: Machine): void {
  const {urls, operator, contracts} = devnet;
  const own = readFileSync(devnet.config, 'utf8');
  const valueOf = (key: string): string => new RegExp(`${key}: "(.+)"`).exec(own)?.[1] ?? '';
  const flags = [
    ...['--yes', '--network devnet', `--node-id ${operator}`, `--signer-url ${urls.signer}`],
    ...[`--dispatcher-url ${urls.dispatcher}`, `--dispatcher-address ${valueOf('dispatcher_address')}`],
    ...[`--rpc-url ${urls.chain}`, `--range-contract ${contracts.vrfRange}`],
    ...[`--registry ${valueOf('registry')}`, '--worker-kind opml', `--worker-url ${urls.worker}`],
    ...[`--listen 0.0.0.0:${PING}`, `--outer-url http://${machine.address}:${PING}`],
    ...['--vrf-key-file ./vrf.key', '--store-dir /var/lib/aos', '--probe'],
  ];
  typed(machine, `${shown('docs/services.md', 'aos init')} ${flags.join(' ')}`);
  const pinned = ['service_manager', 'avs_directory'].map((key) => `${key}: "${valueOf(key)}"`);
  // A worker of another machine calls back to a port of its own (docs/handbook/workers.md).
  typed(
    machine,
    `cd /etc/aos && umask 077 && echo 'a password of the key' > bls.password &&
     aos keys bls create -f bls.json --password-file bls.password &&
     sed -i 's|^node:|&\\n  bls_key_file: ./bls.json\\n  bls_password_file: ./bls.password|
       s|^  contracts:|&\\n    ${pinned.join('\\n    ')}|
       s|^workers:|&\\n  callback_listen: "${machine.address}:${CALLBACKS}"|
       s|callback_url: .*|callback_url: "http://127.0.0.1:${CALLBACKS}"|' config.yaml`,
  );
  typed(machine, shown('docs/services.md', 'chgrp').replace('sudo ', ''));
  typed(machine, `aos config validate -c ${OLD_CONFIG}`);
  typed(machine, `aos register -c ${OLD_CONFIG} --yes`);
  expect(typed(machine, 'find /var/lib/aos ! -user aos'), 'what root wrote').toBe('');
}

/** Starts what the unit of a configuration starts, as systemd does: as its user, with its directories and its secrets. */
function serve(machine: Machine, config: string): Cli {
  const unit = typed(machine, `aos service install -c ${config} --dry-run`);
  const all = (key: string): string[] =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  const [user = ''] = all('User');
  for (const name of all('StateDirectory'))
    typed(machine, `install -d -m 700 -o ${user} -g ${user} /var/lib/${name}`);
  const credentials = '/run/credentials/aos.service';
  typed(machine, `install -d -m 755 ${credentials}`);
  for (const one of all('LoadCredential')) {
    const [id, file] = one.split(':');
    typed(machine, `install -m 400 -o ${user} -g ${user} ${file} ${credentials}/${id}`);
  }
  return machine.start(commandOfUnit(unit), {
    user,
    env: {
      ...Object.fromEntries(all('Environment').map((pair) => pair.split(/=(.*)/s, 2) as [string, string])),
      HOME: '/var/lib/aos',
      CREDENTIALS_DIRECTORY: credentials,
    },
  });
}

const jobOf = (line: {[field: string]: unknown}): string => (line['key'] as {jobId: string}).jobId;
const answered = (): string[] => devnet.events('result').map(jobOf);

/** Waits until so many more jobs have an accepted result. */
async function moreAnswers(count: number): Promise<void> {
  const wanted = answered().length + count;
  await eventually(
    () => (answered().length >= wanted ? true : undefined),
    () => `answers: ${answered().length} of ${wanted}`,
  );
}

describe.skipIf(!canMakeMachines)('a node (needs root, iproute2, and AOS_BASE_IMAGE: .ci/run)', () => {
  it('comes out of a tarball, works, dies, and continues on another machine without a second answer', async () => {
    const old = await machineWithUser('old');
    typed(old, `cd /root && ${shown('docs/install.md', 'npm install -g --offline')}`);
    expect(typed(old, 'aos --version')).toContain(`aos-operator/${versionOf(tarball)} `);
    // No systemd is here, and the answer says so instead of a guess.
    const without = old.sh('aos service status --json');
    expect({...without, said: jsonOf(without.stdout)}).toMatchObject({
      status: 3,
      said: {
        result: {
          checks: [
            {
              id: 'unit.file',
              state: 'fail',
              next: 'Start it by your service manager or container, with aos run: docs/containers.md.',
            },
            {id: 'systemd', state: 'unknown', found: 'systemd does not run on this machine'},
          ],
        },
      },
    });
    const way = await wayTo(old);
    setUp(old);
    const first = serve(old, OLD_CONFIG);
    await Promise.race([moreAnswers(5), first.end()]);
    expect(answered().length, first.text('stderr')).toBeGreaterThanOrEqual(5);

    writeFileSync(path.join(old.root, PASSWORD), 'a long passphrase\n', {mode: 0o600});
    mkdirSync(path.join(old.root, 'backup'));
    typed(old, shown('docs/handbook/backup.md', 'aos backup create'));
    const next = await machineWithUser('new');
    for (const file of ['backup/aos.age', PASSWORD])
      copyFileSync(path.join(old.root, file), path.join(next.root, 'root', path.basename(file)));
    typed(next, `cd /root && ${shown('docs/install.md', 'mkdir -p /opt/aos')}`);
    typed(next, shown('docs/install.md', 'ln -s /opt/aos'));
    await moreAnswers(2);

    const restore = `aos backup restore /root/aos.age --to ${path.dirname(NEW_CONFIG)} --password-file /root/backup.password`;
    const beside = next.sh(`${restore} --old-host-is-off --json`);
    expect({...beside, said: jsonOf(beside.stdout)}).toMatchObject({
      status: 77,
      said: {error: {code: 'RESTORE_UNSAFE', message: expect.stringContaining(old.address) as string}},
    });
    expect(next.sh(`ls ${path.dirname(NEW_CONFIG)}`).status).not.toBe(0);

    old.off();
    await way.kill('SIGKILL');
    const before = new Set(answered());
    const submitted = devnet.events('job_submitted').map(jobOf);
    const unsaid = next.sh(`${restore} --json`);
    expect({...unsaid, said: jsonOf(unsaid.stdout)}).toMatchObject({
      status: 77,
      said: {error: {code: 'RESTORE_UNSAFE'}},
    });
    typed(next, `${restore} --old-host-is-off`);
    typed(next, `sed -i 's/${old.address}/${next.address}/' ${NEW_CONFIG}`);
    typed(next, shown('docs/handbook/move.md', 'chown -R aos:'));
    await wayTo(next);
    const second = serve(next, NEW_CONFIG);
    await Promise.race([moreAnswers(5), second.end()]);
    expect(answered().length, second.text('stderr')).toBeGreaterThanOrEqual(before.size + 5);

    // What was submitted before is answered, by either of them, or was open in the backup and is shown as given up.
    const expired = (
      jsonOf(typed(next, `aos job list -c ${NEW_CONFIG} --state expired --limit 1000 --json`)) as {
        result: {jobs: {jobId: string}[]};
      }
    ).result.jobs.map(({jobId}) => jobId);
    await eventually(
      () => submitted.every((id) => expired.includes(id) || answered().includes(id)) || undefined,
      () =>
        `answers to ${submitted.filter((id) => !expired.includes(id) && !answered().includes(id)).join()}`,
    );
    expect(typed(next, `aos stop -c ${NEW_CONFIG}`)).toMatch(/^stopped: pid \d+, after /);
    expect((await second.end()).code).toBe(143);
    const after = answered().slice(before.size);
    expect(after.filter((id) => before.has(id))).toEqual([]);
    expect(devnet.events('conflict')).toEqual([]);
    expect(new Set(answered()).size).toBe(answered().length);
  });
});
