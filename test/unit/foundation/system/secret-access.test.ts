import {describe, expect, it} from 'vitest';
import {exposure, type SecretReader} from '../../../../src/lib/foundation/system/secret-access.ts';

const SERVICE: SecretReader = {uid: 12_345, groups: [12_345], credentials: null};
const UNIT: SecretReader = {...SERVICE, credentials: '/run/credentials/aos.service'};
const ROOT: SecretReader = {uid: 0, groups: [0], credentials: null};
const file = (mode: number, uid: number, gid: number) => ({mode: 0o100_000 | mode, uid, gid});

describe('a file with a secret', () => {
  it.each([
    ['its owner alone', 0o600, 12_345, 12_345, SERVICE],
    ['a Kubernetes or Docker secret: of root, by the group of this user', 0o440, 0, 12_345, SERVICE],
    ['the same, writable by root', 0o640, 0, 12_345, SERVICE],
    ['a credential of systemd, which an access list opens', 0o440, 0, 0, UNIT],
    ['one of the service, read by root', 0o600, 12_345, 12_345, ROOT],
  ])('is closed: %s', (_name, mode, uid, gid, reader) => {
    const path = reader === UNIT ? '/run/credentials/aos.service/vrf' : '/run/secrets/vrf';
    expect(exposure(path, file(mode, uid, gid), reader)).toBeNull();
  });

  it.each([
    ['others read', 0o444, 0, 12_345, SERVICE, 'As root: chown 12345'],
    ['the group writes', 0o460, 0, 12_345, SERVICE, 'As root: chown 12345'],
    ['a group that is not ours', 0o440, 0, 7, SERVICE, 'mode 0440 and a group of this user (12345)'],
    ['of this user itself, open to its group', 0o640, 12_345, 12_345, SERVICE, 'chmod 600 /run/secrets/vrf'],
    ['of a third user', 0o440, 7, 12_345, SERVICE, 'As root'],
    ['elsewhere than the credentials', 0o440, 0, 0, UNIT, 'As root'],
    ['of root itself', 0o440, 0, 0, ROOT, 'chmod 600 /run/secrets/vrf'],
    [
      'lent to a group, read by root',
      0o440,
      0,
      12_345,
      ROOT,
      'leave it where the operator runs as another user',
    ],
  ])('is open: %s', (_name, mode, uid, gid, reader, step) => {
    const found = exposure('/run/secrets/vrf', file(mode, uid, gid), reader);
    expect(found?.why).toBe(`has mode ${mode.toString(8).padStart(4, '0')}; only its owner may have access`);
    expect(found?.next.say).toContain(step);
  });
});
