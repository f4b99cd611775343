import {describe, expect, it} from 'vitest';
import {inRanges} from '../../../../../src/lib/foundation/system/ip-address.ts';
import {callerOf} from '../../../../../src/lib/node/operator/http/caller.ts';
import {hostName, whyOutside} from '../../../../../src/lib/node/operator/http/inner-access.ts';

const isTrusted = inRanges([
  {address: '127.0.0.1', prefix: 32},
  {address: '10.0.0.0', prefix: 8},
]);
const HERE = '192.0.2.1';

describe('who asked', () => {
  const direct = (headers: Record<string, string> = {}, remote = '203.0.113.7') =>
    callerOf(headers, {remote, local: HERE}, isTrusted);

  it('is the other end of the connection, whatever it says of itself', () => {
    expect(direct()).toEqual({address: '203.0.113.7', isLocal: false, isForwarded: false});
    expect(direct({'x-forwarded-for': '198.51.100.1'})).toEqual({
      address: '203.0.113.7',
      isLocal: false,
      isForwarded: true,
    });
  });

  it('is this machine, over loopback and from its own address', () => {
    expect(callerOf({}, {remote: '127.0.0.1', local: '127.0.0.1'}, () => false)).toMatchObject({
      isLocal: true,
    });
    expect(callerOf({}, {remote: '::1', local: '::1'}, () => false)).toMatchObject({isLocal: true});
    expect(direct({}, HERE)).toMatchObject({isLocal: true});
  });

  it.each([
    ['one proxy', {'x-forwarded-for': '203.0.113.9'}, '203.0.113.9'],
    [
      'what the client claims before it',
      {'x-forwarded-for': '127.0.0.1, 8.8.8.8, 203.0.113.9'},
      '203.0.113.9',
    ],
    ['two proxies', {'x-forwarded-for': '203.0.113.9, 10.1.2.3'}, '203.0.113.9'],
    ['a port', {'x-forwarded-for': '203.0.113.9:4711'}, '203.0.113.9'],
    ['IPv6 with a port', {'x-forwarded-for': '[2001:DB8::1]:443'}, '2001:db8::1'],
    ['RFC 7239', {forwarded: 'for=192.0.2.60;proto=http, For="[2001:db8::2]:4711";by=x'}, '2001:db8::2'],
    ['both, alike', {'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9'}, '203.0.113.9'],
    [
      'both, different: one of them is the client’s own',
      {'x-forwarded-for': '1.1.1.1', forwarded: 'for=2.2.2.2'},
      null,
    ],
    ['a hop without an address', {'x-forwarded-for': '203.0.113.9, unknown'}, null],
    ['trusted ones alone', {'x-forwarded-for': '10.9.9.9, 10.1.2.3'}, '10.9.9.9'],
    ['another header of proxies alone', {via: '1.1 proxy'}, null],
    ['an empty list', {'x-forwarded-for': ''}, null],
  ])('behind a trusted proxy, with %s', (_what, headers, address) => {
    expect(callerOf(headers, {remote: '10.0.0.1', local: HERE}, isTrusted)).toMatchObject({
      address,
      isForwarded: true,
      isLocal: false,
    });
  });

  it('is the proxy itself when it passes nothing on', () => {
    expect(callerOf({}, {remote: '127.0.0.1', local: '127.0.0.1'}, isTrusted)).toEqual({
      address: '127.0.0.1',
      isLocal: true,
      isForwarded: false,
    });
  });
});

describe('the routes of workers', () => {
  const loopback = {kind: 'loopback'} as const;
  const own = {kind: 'own', names: ['operator']} as const;

  it.each([
    ['127.0.0.1:21001'],
    ['127.9.9.9'],
    ['localhost:21001'],
    ['LOCALHOST'],
    ['localhost.:1'],
    ['[::1]:21001'],
    ['[::ffff:127.0.0.1]'],
  ])('are for Host %s', (host) => expect(whyOutside({host}, loopback)).toBeNull());

  it.each([
    ['example.org'],
    ['127.0.0.1.nip.io'],
    ['localhost.example.org'],
    ['203.0.113.7:21001'],
    ['operator:21002'],
    ['[2001:db8::1]'],
    [''],
    ['127.0.0.1@example.org'],
  ])('are not for Host %j over loopback', (host) => expect(whyOutside({host}, loopback)).not.toBeNull());

  it('are on a listener of their own for addresses and for the name of the callback URL', () => {
    for (const host of ['10.0.0.5:21002', 'operator:21002', 'localhost', '[2001:db8::1]:1'])
      expect(whyOutside({host}, own), host).toBeNull();
    expect(whyOutside({host: 'attacker.example'}, own)).not.toBeNull();
  });

  it.each([
    ['forwarded', 'for=1.1.1.1'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'localhost'],
    ['x-forwarded-anything', ''],
    ['via', '1.1 x'],
    ['x-real-ip', '127.0.0.1'],
    ['cf-connecting-ip', '1.1.1.1'],
    ['origin', 'http://127.0.0.1:3000'],
    ['sec-fetch-site', 'cross-site'],
  ])('are not for a request with %s', (name, value) => {
    for (const hosts of [loopback, own])
      expect(whyOutside({host: '127.0.0.1', [name]: value}, hosts)).not.toBeNull();
  });

  it('are for a client of HTTP/1.0, which names no host', () => {
    expect(whyOutside({}, loopback)).toBeNull();
    expect(hostName('[::1]:80')).toBe('::1');
  });
});
