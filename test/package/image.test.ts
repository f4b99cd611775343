import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ROOT} from '../support/cli.ts';
import {goodFile, NODE_ID} from '../support/config-file.ts';
import {type Buildah, buildahIn, buildImage, canBuildImages, makeBases} from '../support/image.ts';
import {SEED} from '../support/service.ts';
import {packTarball} from '../support/tarball.ts';

const MB = 1_000_000;
const USER = 10_001;

type DockerConfig = {
  User: string;
  Healthcheck: {Test: string[]};
  Entrypoint: string[];
  Cmd: string[];
  Env: string[];
};

describe.skipIf(!canBuildImages)('the image (needs root, buildah, and AOS_BASE_IMAGE: .ci/run)', () => {
  let folder = '';
  let root = '';
  let buildah: Buildah;
  let config: DockerConfig;

  beforeAll(() => {
    folder = mkdtempSync('/var/tmp/aos-image-');
    buildah = buildahIn(folder);
    makeBases(buildah);
    const context = path.join(folder, 'context');
    mkdirSync(context);
    renameSync(packTarball(context).file, path.join(context, 'aos-operator.tgz'));
    buildImage(buildah, context);
    root = buildah('mount', buildah('from', '--pull-never', 'localhost/aos-operator'));
    const {Docker} = jsonOf(buildah('inspect', '--type', 'image', 'localhost/aos-operator')) as {
      Docker: {config: DockerConfig};
    };
    config = Docker.config;
  });
  afterAll(() => {
    spawnSync('umount', ['-R', path.join(folder, 'root')]);
    try {
      buildah('rm', '--all');
      buildah('rmi', '--all', '--force');
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  });

  it('is under 250 MB, and the program under 35 MB', () => {
    expect(sizeOf(root)).toBeLessThan(250 * MB);
    expect(sizeOf(path.join(root, 'opt/aos'))).toBeLessThan(35 * MB);
  });

  it('has nothing that builds or fetches, and no chain', () => {
    for (const program of [
      'npm',
      'npx',
      'yarn',
      'corepack',
      'cc',
      'gcc',
      'make',
      'python3',
      'curl',
      'git',
      'anvil',
    ])
      expect(
        ['bin', 'usr/bin', 'usr/local/bin'].filter((dir) => existsSync(path.join(root, dir, program))),
        program,
      ).toEqual([]);
    expect(existsSync(path.join(root, 'opt/aos/node_modules/@foundry-rs'))).toBe(false);
    expect(readdirSync(path.join(root, 'opt/aos/dist/sqlite/prebuilds'))).toHaveLength(1);
  });

  it('runs as a user of its own, and says how it is', () => {
    expect(config).toMatchObject({
      User: `${USER}:${USER}`,
      Entrypoint: ['aos'],
      Healthcheck: {Test: ['CMD', 'aos', 'doctor', '--only', 'ping.local', '--quiet']},
    });
  });

  it('is well while /ping is answered, and not before, on a root that no one can write to', async () => {
    const state = mkdtempSync(path.join(folder, 'state-'));
    const settings = mkdtempSync(path.join(folder, 'settings-'));
    // Its lock is that of the machine: another test may have an operator of the usual one.
    const text = goodFile({more: 'workers:\n  opml: {url: http://127.0.0.1:9}\n'})
      .replace(NODE_ID, `0x${randomBytes(20).toString('hex')}`)
      .replace('127.0.0.1:8081', '127.0.0.1:9')
      .replace('https://rpc.example.org/v3/abc', 'http://127.0.0.1:9');
    writeFileSync(path.join(settings, 'config.yaml'), text, {mode: 0o600});
    writeFileSync(path.join(settings, 'vrf.key'), SEED, {mode: 0o600});
    for (const file of [
      state,
      settings,
      ...['config.yaml', 'vrf.key'].map((name) => path.join(settings, name)),
    ])
      chownSync(file, USER, USER);

    const container = await openContainer({root, folder, state, settings, env: config.Env});
    try {
      expect(container.run(['aos', '--version']).stdout).toMatch(/^aos-operator\/\d/);
      expect(container.run(['sh', '-c', 'echo > /opt/aos/x']).stderr).toContain('Read-only file system');
      const health = config.Healthcheck.Test.slice(1);
      expect(container.run(health).status).not.toBe(0);
      const operator = container.start([...config.Entrypoint, ...config.Cmd]);
      await operator.until('answering http://');
      expect(container.run(health)).toMatchObject({status: 0, stderr: ''});
      expect(await operator.stop()).toBe(143);
    } finally {
      container.close();
    }
  });
});

describe.skipIf(spawnSync('docker-compose', ['--version']).status !== 0)(
  'the compose files (needs docker-compose)',
  () => {
    const check = (env: Record<string, string>, ...files: string[]) =>
      spawnSync(
        'docker-compose',
        [...files.flatMap((file) => ['-f', path.join(ROOT, 'deploy', file)]), 'config', '-q'],
        {
          env: {PATH: process.env['PATH'] ?? '', ...env},
          encoding: 'utf8',
        },
      );

    it('are valid, alone and together', () => {
      const env = {AOS_CHAIN_ID: '1', GRAFANA_PASSWORD: 'x'};
      expect(check(env, 'compose.yaml')).toMatchObject({status: 0, stderr: ''});
      expect(check(env, 'compose.yaml', 'compose.monitoring.yaml')).toMatchObject({status: 0, stderr: ''});
    });

    it('ask for what only the operator knows', () => {
      expect(check({}, 'compose.yaml').stderr).toContain('set AOS_CHAIN_ID');
      expect(check({AOS_CHAIN_ID: '1'}, 'compose.yaml', 'compose.monitoring.yaml').stderr).toContain(
        'set GRAFANA_PASSWORD',
      );
    });
  },
);

type Box = {root: string; folder: string; state: string; settings: string; env: readonly string[]};

/**
 * Runs programs in an image as a container engine does with a read-only root: a mount namespace and a network of their own,
 * and the image’s user.
 */
async function openContainer({root, folder, state, settings, env}: Box) {
  const at = path.join(folder, 'root');
  const setUp = [
    `mkdir -p ${at} && mount --bind ${root} ${at}`,
    `mkdir -p ${at}/etc/aos && mount --bind ${state} ${at}/var/lib/aos && mount --bind ${settings} ${at}/etc/aos`,
    `mount -t tmpfs none ${at}/tmp && chmod 1777 ${at}/tmp && mount -t proc proc ${at}/proc`,
    `mount --bind /dev ${at}/dev && mount -o remount,bind,ro ${at} && ip link set lo up && echo ready && exec sleep infinity`,
  ].join(' && ');
  const holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', setUp], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Before this there is no root to enter.
  await operatorOf(holder).until('ready');
  const inside = (command: readonly string[]): string[] => [
    ...['-t', String(holder.pid), '--net', '--mount', '--', 'chroot', `--userspec=${USER}:${USER}`, at],
    ...['env', '-i', 'LC_ALL=C', ...env, ...command],
  ];
  return {
    run: (command: readonly string[]) => spawnSync('nsenter', inside(command), {encoding: 'utf8'}),
    start: (command: readonly string[]) =>
      operatorOf(spawn('nsenter', inside(command), {stdio: ['ignore', 'pipe', 'pipe']})),
    close: () => {
      holder.kill('SIGKILL');
    },
  };
}

function operatorOf(child: ChildProcess) {
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    until: async (text: string) => {
      while (!said.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
        await pause(100);
      }
    },
    stop: () => {
      child.kill('SIGTERM');
      return end;
    },
  };
}

function sizeOf(dir: string): number {
  const [kilobytes = '0'] = spawnSync('du', ['-s', '--block-size=1000', dir], {
    encoding: 'utf8',
  }).stdout.split('\t');
  return Number(kilobytes) * 1000;
}
