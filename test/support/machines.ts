import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import type {Cli, StartOptions, World} from './cli.ts';

/** Where CI has put the least of Debian (scripts/base-image.sh). */
const BASE = process.env['AOS_BASE_IMAGE'] ?? '';

/** Whether machines can be made here: root, namespaces, and a base for them. */
export const canMakeMachines =
  process.getuid?.() === 0 &&
  BASE !== '' &&
  ['ip', 'unshare', 'nsenter'].every((name) => spawnSync(name, ['-V']).status === 0);

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Who runs a program, and with which variables. */
type As = {user?: string; env?: Readonly<Record<string, string>>};

/** A bare Debian with Node.js and npm, in namespaces of its own for its processes, its mounts and its network. */
export type Machine = {
  /** Its files, as this machine sees them. */
  root: string;
  /** Its address, as the other machines reach it. */
  address: string;
  /** The address at which it reaches the network in the middle. */
  gateway: string;
  /** Runs a line of the shell as root. */
  sh(line: string): {status: number | null; stdout: string; stderr: string};
  /** Starts a program. */
  start(command: readonly string[], as?: As): Cli;
  /** Passes on connections: `from=to`, each a host and a port, until it is off. */
  tunnel(...ways: string[]): Promise<Cli>;
  /** Ends every process at once, as a power cut does. */
  off(): void;
};

/** A network of machines around one in the middle, which has this machine's files. */
export type Site = {
  /** How a program is started in the middle, for {@link World.start}. */
  middle(command: string): StartOptions;
  tunnel(...ways: string[]): Promise<Cli>;
  /** Adds a machine; its files are made in `folder`. */
  add(folder: string): Promise<Machine>;
  close(): void;
};

export async function openSite(world: World): Promise<Site> {
  const middle = await openSpace(world, ['--mount-proc'], 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  const spaces = [middle];
  const inMiddle = ['nsenter', '-t', String(middle.pid), '--net', '--pid', '--mount', '--'];
  return {
    middle: (command) => ({shell: `exec ${inMiddle.join(' ')} ${command}`}),
    // Not in the space of process ids, which takes a process between: a kill has to meet the tunnel.
    tunnel: (...ways) => openTunnel(world, ['nsenter', '-t', String(middle.pid), '--net', '--'], ways),
    add: async (folder) => {
      makeRoot(folder);
      const number = spaces.length;
      const space = await openSpace(world, [], mountsOf(folder));
      spaces.push(space);
      connect(middle.pid, space.pid, number);
      return machineOf({world, space, root: folder, number});
    },
    close: () => {
      for (const space of spaces) space.close();
    },
  };
}

type Space = {pid: number; close(): void};

/** Namespaces that end with their first process. @param prepare a line of the shell inside of them */
async function openSpace(world: World, options: readonly string[], prepare: string): Promise<Space> {
  const words = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', ...options];
  const line = `${prepare} && ip link set lo up && echo ready && exec sleep infinity`;
  const holder = world.start([], {shell: `exec ${words.join(' ')} sh -c ${quoted(line)}`});
  await holder.until('stdout', /^ready$/);
  const pid = Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim());
  return {
    pid,
    close: () => {
      holder.process.kill('SIGKILL');
    },
  };
}

/** What a root needs before programs run in it. */
function mountsOf(root: string): string {
  return [
    `mount --bind ${root} ${root}`,
    `mount -t proc proc ${root}/proc`,
    `mount --bind /dev ${root}/dev`,
    `mount -t tmpfs none ${root}/tmp && chmod 1777 ${root}/tmp`,
  ].join(' && ');
}

/** Debian with Node.js and npm as the archive of nodejs.org has them. */
function makeRoot(root: string): void {
  execFileSync('cp', ['-a', `${BASE}/.`, root]);
  const local = path.join(root, 'usr/local');
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], {encoding: 'utf8'}).trim());
  cpSync(realpathSync(process.execPath), path.join(local, 'bin/node'));
  mkdirSync(path.join(local, 'lib/node_modules'), {recursive: true});
  execFileSync('cp', ['-a', path.resolve(npm, '../..'), path.join(local, 'lib/node_modules/npm')]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(local, 'bin/npm'));
}

/** A cable from the middle to a machine. */
function connect(middle: number, machine: number, number: number): void {
  const ip = (pid: number, line: string): void => {
    execFileSync('nsenter', ['-t', String(pid), '--net', '--', 'ip', ...line.split(' ')]);
  };
  ip(middle, `link add m${number} type veth peer name eth0 netns ${machine}`);
  ip(middle, `addr add 10.77.${number}.1/24 dev m${number}`);
  ip(middle, `link set m${number} up`);
  ip(machine, `addr add 10.77.${number}.2/24 dev eth0`);
  ip(machine, 'link set eth0 up');
  ip(machine, `route add default via 10.77.${number}.1`);
}

function machineOf(it: {world: World; space: Space; root: string; number: number}): Machine {
  const {world, space, root, number} = it;
  const spaces = ['nsenter', '-t', String(space.pid), '--net', '--pid'];
  const inside = (command: readonly string[], {user = 'root', env = {}}: As = {}): string[] => [
    ...[...spaces, '--mount', '--', 'chroot', root],
    ...['setpriv', '--reuid', user, '--regid', user, '--init-groups', '--no-new-privs', '--'],
    ...['env', '-i', `PATH=${PATH}`, `USER=${user}`, 'HOME=/root', 'LC_ALL=C'],
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
  return {
    root,
    address: `10.77.${number}.2`,
    gateway: `10.77.${number}.1`,
    sh: (line) => {
      const [program = '', ...args] = inside(['sh', '-c', line]);
      return spawnSync(program, args, {encoding: 'utf8'});
    },
    start: (command, as) =>
      world.start([], {shell: `exec ${inside(command, as).map(quoted).join(' ')}`, cwd: '/'}),
    tunnel: (...ways) => openTunnel(world, [...spaces, '--'], ways),
    off: space.close,
  };
}

/**
 * Passes on connections whose first bytes come from their client. A way may name two ends, `from=to=other`: then the WebSocket
 * goes to the first and all else to the second, as through a reverse proxy.
 */
const TUNNEL = `
const {connect, createServer} = require('node:net');
const place = (text) => ({host: text.split(':')[0], port: Number(text.split(':')[1])});
const ways = process.argv.slice(1).map((way) => way.split('='));
let closed = ways.length;
for (const [from, to, other = to] of ways)
  createServer((near) => {
    near.on('error', () => near.destroy());
    near.once('data', (first) => {
      const far = connect(place(first.toString('latin1').startsWith('GET /ws') ? to : other));
      far.on('error', () => near.destroy());
      far.on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      far.write(first);
      near.pipe(far).pipe(near);
    });
  }).listen(place(from), () => {
    closed -= 1;
    if (closed === 0) console.log('ready');
  });
`;

async function openTunnel(world: World, enter: readonly string[], ways: readonly string[]): Promise<Cli> {
  const words = [...enter, process.execPath, '-e', TUNNEL, ...ways];
  const tunnel = world.start([], {shell: `exec ${words.map(quoted).join(' ')}`, cwd: '/'});
  await tunnel.until('stdout', /^ready$/);
  return tunnel;
}

/** A word of the shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
