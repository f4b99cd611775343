import {accessSync, constants, existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {shellWord} from '../../foundation/text/shell-word.ts';

/** How this aos came to be where it is. */
export const WAYS = ['npm', 'image', 'checkout', 'folder'] as const;
export type Way = (typeof WAYS)[number];

export type Installed = {
  way: Way;
  /** The folder of the package. */
  root: string;
  /** npm's prefix; null: npm did not install it. */
  prefix: string | null;
  /** anvil was installed with it. */
  withAnvil: boolean;
  /** This user may not write there. */
  needsRoot: boolean;
};

const PACKAGE = 'aos-operator';

/** Finds out how a folder of aos was installed. */
export function installedAs(root: string): Installed {
  const withAnvil = existsSync(join(root, 'node_modules/@foundry-rs'));
  const needsRoot = !isWritable(dirname(root));
  if (existsSync(join(root, '.git'))) return {way: 'checkout', root, prefix: null, withAnvil, needsRoot};
  const tail = `/lib/node_modules/${PACKAGE}`;
  if (root.endsWith(tail))
    return {way: 'npm', root, prefix: root.slice(0, -tail.length) || '/', withAnvil, needsRoot};
  const isImage = root === '/opt/aos' && !existsSync(join(root, 'docs'));
  return {way: isImage ? 'image' : 'folder', root, prefix: null, withAnvil, needsRoot};
}

/** What to type to have a version in its place. */
export function installCommands(installed: Installed, version: string): string[] {
  const {way, root, prefix, withAnvil, needsRoot} = installed;
  const sudo = needsRoot ? 'sudo ' : '';
  switch (way) {
    case 'npm': {
      const omit = withAnvil ? '' : ' --omit=optional';
      return [`${sudo}npm install -g --prefix ${shellWord(prefix ?? '/usr')}${omit} ${PACKAGE}@${version}`];
    }
    case 'checkout':
      return [
        `git -C ${shellWord(root)} checkout v${version}`,
        `npm --prefix ${shellWord(root)} ci`,
        `npm --prefix ${shellWord(root)} run build`,
      ];
    case 'image':
      return [
        `npm pack ${PACKAGE}@${version} && mv ${PACKAGE}-${version}.tgz ${PACKAGE}.tgz`,
        `docker build -t ${PACKAGE}:${version} -f deploy/Containerfile .`,
      ];
    case 'folder':
      return [
        `npm pack ${PACKAGE}@${version}`,
        `${sudo}tar -xzf ${PACKAGE}-${version}.tgz -C ${shellWord(root)} --strip-components=1`,
      ];
  }
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
