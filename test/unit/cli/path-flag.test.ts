import {describe, expect, it} from 'vitest';
import {pathOfFlag} from '../../../src/lib/cli/flags.ts';

describe('a path on the command line', () => {
  it.each(['0x', '0X', ''])('is no key, and a key is not repeated (%s)', (prefix) => {
    const key = prefix + '5e6ba57ef0a48fe7806f141cec72edae7396148c654174cbd367fa87698ed323';
    const read = (): string => pathOfFlag(key, '--from');
    expect(read).toThrow(expect.objectContaining({code: 'USAGE', exitCode: 64}));
    expect(read).toThrow(/^--from takes the name of a file, not a secret/);
    expect(read).not.toThrow(key.slice(-12));
  });

  it.each(['key.txt', './0x5e6b', '-', `./${'ab'.repeat(32)}`])('may be %s', (path) => {
    expect(pathOfFlag(path, '--from')).toBe(path);
  });
});
