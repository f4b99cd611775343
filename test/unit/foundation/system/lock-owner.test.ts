import {expect, it} from 'vitest';
import {ownerIn} from '../../../../src/lib/foundation/system/lock-owner.ts';

const LOCKS = `1: FLOCK  ADVISORY  WRITE 27045 fe:00:9978084 0 EOF
2: POSIX  ADVISORY  READ 27434 fe:00:10175106 128 128
3: POSIX  ADVISORY  WRITE 4242 fe:00:10175106 1073741826 1073742335
3: -> POSIX  ADVISORY  WRITE 4243 fe:00:10175106 1073741826 1073742335
4: POSIX  ADVISORY  WRITE 77 103:01:131 0 EOF
5: POSIX  ADVISORY  WRITE -1 fe:00:55 0 EOF
`;

it.each([
  ['the process that writes', 0xfe00n, 10175106n, 4242],
  ['with numbers above a byte', (0x103n << 8n) | 1n, 131n, 77],
  ['not of another file system', 0xfd00n, 10175106n, null],
  ['not of another kind of lock', 0xfe00n, 9978084n, null],
  ['not one that has no number here', 0xfe00n, 55n, null],
  ['not where there is no lock', 0xfe00n, 1n, null],
])('the owner of a lock: %s', (_what, dev, ino, pid) => {
  expect(ownerIn(LOCKS, {dev, ino})).toBe(pid);
});
