import {expect, it} from 'vitest';
import {typedPath} from '../../../../src/lib/foundation/system/typed-path.ts';

it.each([
  ['/srv/aos/config.yaml', '/srv/aos', 'config.yaml', './config.yaml'],
  ['/srv/aos/keys', '/srv', './aos/config.yaml', './aos/keys'],
  ['/srv/aos/..keys', '/srv/aos', 'config.yaml', './..keys'],
  ['/srv/config.yaml', '/srv/aos', '../config.yaml', '/srv/config.yaml'],
  ['/srv', '/srv/aos', '../config.yaml', '/srv'],
  ['/etc/aos/config.yaml', '/', '/etc/aos/config.yaml', '/etc/aos/config.yaml'],
  ['/etc/aos/config.yaml', '/', 'etc/aos/config.yaml', './etc/aos/config.yaml'],
  ['/etc/aos/keys', '/etc/aos', '/etc/aos/config.yaml', '/etc/aos/keys'],
])('%s in %s, named %s, is typed as %s', (path, cwd, named, typed) => {
  expect(typedPath(path, {cwd, named})).toBe(typed);
});
