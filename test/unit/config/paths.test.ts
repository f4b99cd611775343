import {describe, expect, it} from 'vitest';
import {aosDirs, nodeStateDir, userPath} from '../../../src/lib/config/paths.ts';

const A = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';

describe('directories', () => {
  it('are all in AOS_HOME', () => {
    expect(aosDirs({AOS_HOME: '/a', HOME: '/h', XDG_STATE_HOME: '/x'}, '/cwd')).toEqual({
      config: '/a',
      state: '/a/state',
      devnetFile: '/a/devnet.json',
    });
    expect(aosDirs({AOS_HOME: 'rel'}, '/cwd').config).toBe('/cwd/rel');
  });

  it('are those of XDG without it', () => {
    expect(aosDirs({HOME: '/h', AOS_HOME: ''}, '/')).toEqual({
      config: '/h/.config/aos',
      state: '/h/.local/state/aos',
      devnetFile: '/h/.local/state/aos/devnet.json',
    });
    expect(aosDirs({HOME: '/h', XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: 'relative'}, '/')).toMatchObject({
      config: '/h/.config/aos',
      state: '/s/aos',
    });
  });

  it('keep nodes and networks apart, whatever the letter case of node_id', () => {
    const dirs = aosDirs({HOME: '/h'}, '/');
    const dir = nodeStateDir(dirs, 'mainnet', A);
    expect(dir).toMatch(/^\/h\/\.local\/state\/aos\/mainnet-fe3b557e-[0-9a-f]{12}$/);
    expect(nodeStateDir(dirs, 'mainnet', A.toLowerCase())).toBe(dir);
    expect(nodeStateDir(dirs, 'hoodi', A)).not.toBe(dir);
    expect(nodeStateDir(dirs, 'mainnet', A.replace(/.$/, '4'))).not.toBe(dir);
  });

  it('of users may start with ~', () => {
    expect(['~', '~/k', 'k', '/k', '../k'].map((path) => userPath(path, '/b/c', {HOME: '/h'}))).toEqual([
      '/h',
      '/h/k',
      '/b/c/k',
      '/k',
      '/b/k',
    ]);
  });
});
