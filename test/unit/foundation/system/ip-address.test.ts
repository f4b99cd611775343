import {describe, expect, it} from 'vitest';
import {
  inRanges,
  ipAddress,
  ipRange,
  isLoopbackAddress,
  networkOf,
} from '../../../../src/lib/foundation/system/ip-address.ts';

describe('an IP address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['2001:0DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
  ])('%s is %s', (text, one) => expect(ipAddress(text)).toBe(one));

  it.each(['', 'localhost', '1.2.3', '1.2.3.4:80', '[::1]', '::1::', 'unknown', '_hidden'])(
    '%j is none',
    (text) => expect(ipAddress(text)).toBeNull(),
  );

  it('is of this machine alone on loopback', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1'].map(isLoopbackAddress)).toEqual([true, true, true]);
    expect(['10.0.0.1', '0.0.0.0', '2001:db8::1'].map(isLoopbackAddress)).toEqual([false, false, false]);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => expect(networkOf(address)).toBe(network));
});

describe('a range of them', () => {
  it.each([
    ['10.0.0.0/8', {address: '10.0.0.0', prefix: 8}],
    ['10.0.0.1', {address: '10.0.0.1', prefix: 32}],
    ['2001:db8::/32', {address: '2001:db8::', prefix: 32}],
    ['::1', {address: '::1', prefix: 128}],
  ])('%s', (text, range) => expect(ipRange(text)).toEqual(range));

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '/8', 'example.org', '10.0.0.0/-1', '::1/129'])(
    '%j is none',
    (text) => expect(ipRange(text)).toBeNull(),
  );

  it('holds what is in it', () => {
    const isIn = inRanges([
      {address: '10.0.0.0', prefix: 8},
      {address: '127.0.0.1', prefix: 32},
      {address: '2001:db8::', prefix: 32},
    ]);
    expect(['10.255.0.1', '127.0.0.1', '2001:db8:ffff::1'].map(isIn)).toEqual([true, true, true]);
    expect(['11.0.0.1', '127.0.0.2', '2001:db9::1', '::1'].map(isIn)).toEqual([false, false, false, false]);
    expect(inRanges([])('10.0.0.1')).toBe(false);
  });
});
