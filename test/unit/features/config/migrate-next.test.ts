import {describe, expect, it} from 'vitest';
import {nextOf, passwordPlace} from '../../../../src/lib/features/config/migrate-next.ts';

const KEYS = '/srv/aos/keys';

describe('the password file of the key configuration', () => {
  it.each([
    [null, 'operator.password', null, false],
    ['/srv/aos/keys/pw', 'pw', null, true],
    ['/srv/aos/keys/sub/pw', 'sub/pw', null, true],
    ['/srv/aos/keys/..pw', '..pw', null, true],
    ['/run/secrets/pw', '/run/secrets/pw', null, true],
    ['/srv/aos/pw', 'operator.password', '/srv/aos/pw', false],
    ['/srv/aos/keys2/pw', 'operator.password', '/srv/aos/keys2/pw', false],
    ['/home/me/pw', 'operator.password', '/home/me/pw', false],
  ])('%s is %s', (file, named, copyFrom, isThere) => {
    expect(passwordPlace(file, KEYS)).toEqual({named, copyFrom, isThere});
  });

  it.each([
    [null, /^\(umask 077; .*read .* > \.\/keys\/operator\.password\)$/],
    ["/srv/aos/it's", /^install -m 600 '\/srv\/aos\/it'\\''s' \.\/keys\/operator\.password$/],
    ['/home/me/pw', /^install -m 600 \/home\/me\/pw \.\/keys\/operator\.password$/],
    ['/srv/aos/keys/pw', null],
  ])('is put where a container reads it: %s', (file, command) => {
    const steps = nextOf({
      cwd: '/srv/aos',
      named: 'config.yaml',
      keysDir: KEYS,
      full: '/srv/aos/config.yaml',
      kept: '/srv/aos/config.yaml.bak',
      password: passwordPlace(file, KEYS),
      signerUrl: 'http://127.0.0.1:9000',
      chainId: '560048',
    }).map((step) => step.command);
    expect(steps.at(-4)).toBe('web3signer --key-config-path=./keys eth1 --chain-id=560048');
    if (command === null) expect(steps).toHaveLength(4);
    else expect(steps[0]).toMatch(command);
  });
});
