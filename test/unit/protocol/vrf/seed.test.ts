import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {readSeed} from '../../../../src/lib/protocol/vrf/seed.ts';

const HEX = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';

describe('readSeed', () => {
  it.each([HEX, HEX.toUpperCase(), `${HEX}\n`, `  ${HEX}\r\n`])('reads %j', (text) => {
    expect(Buffer.from(readSeed(text)).toString('hex')).toBe(HEX);
  });

  it.each([
    '',
    HEX.slice(1),
    `${HEX}0`,
    `0x${HEX}`,
    `${HEX.slice(1)}g`,
    `${HEX.slice(0, 32)} ${HEX.slice(32)}`,
  ])('refuses %j and keeps it to itself', (text) => {
    try {
      readSeed(text);
      expect.unreachable();
    } catch (error) {
      expect(isAosError(error, 'VRF_KEY_INVALID')).toBe(true);
      expect(JSON.stringify(error) + String(error)).not.toContain(HEX.slice(1, 16));
    }
  });
});
