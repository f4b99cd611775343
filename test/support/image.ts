import {execFileSync, spawnSync} from 'node:child_process';
import {realpathSync} from 'node:fs';
import path from 'node:path';
import {ROOT} from './cli.ts';

/** Where CI has put the least of Debian (scripts/base-image.sh). */
const BASE = process.env['AOS_BASE_IMAGE'] ?? '';

/** Whether images can be built here: root, buildah, and a base for them. */
export const canBuildImages =
  process.getuid?.() === 0 && BASE !== '' && spawnSync('buildah', ['--version']).status === 0;

export type Buildah = (...args: string[]) => string;

/** buildah with a store of its own in a folder, away from every network. */
export function buildahIn(folder: string): Buildah {
  const store = ['--root', path.join(folder, 'images'), '--runroot', path.join(folder, 'run')];
  return (...args) =>
    execFileSync('unshare', ['--net', 'buildah', ...store, '--storage-driver', 'overlay', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
}

/** Makes the two images that deploy/Containerfile begins with: Debian, and this Node.js. */
export function makeBases(buildah: Buildah): void {
  const debian = buildah('from', 'scratch');
  execFileSync('cp', ['-a', `${BASE}/.`, buildah('mount', debian)]);
  buildah('umount', debian);
  buildah('commit', '--rm', debian, 'localhost/base');
  const node = buildah('from', 'scratch');
  buildah('copy', node, realpathSync(process.execPath), '/usr/local/bin/node');
  buildah('commit', '--rm', node, 'localhost/node');
}

/** Builds deploy/Containerfile; the folder has aos-operator.tgz. */
export function buildImage(buildah: Buildah, context: string): void {
  buildah(
    ...['build', '--isolation', 'chroot', '--format', 'docker', '--pull-never'],
    ...['--build-arg', 'BASE=localhost/base', '--build-arg', 'NODE=localhost/node'],
    ...['--tag', 'localhost/aos-operator', '--file', path.join(ROOT, 'deploy/Containerfile'), context],
  );
}
