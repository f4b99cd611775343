import {describe, expect, it} from 'vitest';
import {
  compareVersions,
  planUpdate,
  registryOf,
  updatePlanText,
} from '../../../../src/lib/features/update/update.ts';
import {installCommands, type Installed} from '../../../../src/lib/features/update/way.ts';

const NPM: Installed = {
  way: 'npm',
  root: '/usr/local/lib/node_modules/aos-operator',
  prefix: '/usr/local',
  withAnvil: false,
  needsRoot: true,
};

describe('aos update --to', () => {
  it('prints what installs it where it is, and the way back', () => {
    const plan = planUpdate('0.1.0', 'v0.2.0', NPM);
    expect(plan).toMatchObject({
      direction: 'newer',
      commands: ['sudo npm install -g --prefix /usr/local --omit=optional aos-operator@0.2.0'],
      wayBack: ['sudo npm install -g --prefix /usr/local --omit=optional aos-operator@0.1.0'],
    });
    expect(updatePlanText(plan)).toMatchSnapshot();
  });

  it('says that an older version may not know the journal, and nothing to type for the same one', () => {
    expect(updatePlanText(planUpdate('0.2.0', '0.1.9', NPM))).toContain('may not know this journal');
    expect(planUpdate('0.2.0', '0.2.0', NPM)).toMatchObject({direction: 'same', commands: []});
  });

  it.each([undefined, '', '1', 'latest', '1.2.3; rm -rf /', '1.2.3-beta', '$(x).1.1'])(
    'takes no version like %j',
    (to) => {
      expect(() => planUpdate('0.1.0', to, NPM)).toThrow(expect.objectContaining({code: 'USAGE'}));
    },
  );

  it.each<[Installed['way'], RegExp]>([
    ['npm', /npm install -g/],
    ['checkout', /git -C '?\/srv\/a b'? checkout v0\.2\.0/],
    ['image', /docker build/],
    ['folder', /tar -xzf aos-operator-0\.2\.0\.tgz -C '\/srv\/a b'/],
  ])('knows the way of %s', (way, command) => {
    const text = installCommands(
      {...NPM, way, root: '/srv/a b', withAnvil: true, needsRoot: false},
      '0.2.0',
    ).join('\n');
    expect(text).toMatch(command);
    expect(text).not.toMatch(/sudo|--omit/);
  });

  it('compares versions by their numbers', () => {
    expect(['0.10.0', '0.9.9', '0.0.0-dev', '1.0.0'].toSorted(compareVersions)).toEqual([
      '0.0.0-dev',
      '0.9.9',
      '0.10.0',
      '1.0.0',
    ]);
  });

  it('takes the registry of the flag, of npm, or the public one', () => {
    expect(registryOf('http://127.0.0.1:1/x', {npm_config_registry: 'http://b'}).href).toBe(
      'http://127.0.0.1:1/x',
    );
    expect(registryOf(undefined, {npm_config_registry: 'http://b'}).host).toBe('b');
    expect(registryOf(undefined, {npm_config_registry: ''}).host).toBe('registry.npmjs.org');
    expect(() => registryOf('file:///etc', {})).toThrow(expect.objectContaining({code: 'USAGE'}));
  });
});
