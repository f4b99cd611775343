import {describe, expect, it} from 'vitest';
import {proxiesOf, proxyFor, proxyText} from '../../../../src/lib/foundation/system/proxy-choice.ts';

type Env = Readonly<Record<string, string>>;

const used = (url: string, env: Env): string => {
  const choice = proxyFor(new URL(url), env);
  return choice === null ? 'direct' : (choice.place ?? `${choice.variable} ${choice.wrong ?? ''}`);
};

describe('the proxy of a URL', () => {
  it.each<[string, Env, string]>([
    ['https://rpc.example/', {}, 'direct'],
    ['https://rpc.example/', {HTTPS_PROXY: ''}, 'direct'],
    ['https://rpc.example/', {HTTPS_PROXY: 'http://p:3128'}, 'http://p:3128'],
    ['https://rpc.example/', {https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:2'}, 'http://low:1'],
    ['https://rpc.example/', {HTTP_PROXY: 'http://p:3128'}, 'direct'],
    ['http://rpc.example/', {HTTPS_PROXY: 'http://p:3128'}, 'direct'],
    ['http://rpc.example/', {HTTP_PROXY: 'http://p:3128'}, 'http://p:3128'],
    ['http://rpc.example/', {all_proxy: 'p:3128'}, 'http://p:3128'],
    ['https://rpc.example/', {ALL_PROXY: 'https://p'}, 'https://p'],
    ['https://rpc.example/', {ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'http://own:2'}, 'http://own:2'],
    ['wss://dispatcher.example/ws', {ALL_PROXY: 'http://p:3128'}, 'direct'],
    ['https://rpc.example/', {HTTPS_PROXY: 'http://user:s3cret@p:3128'}, 'http://p:3128'],
  ])('%s with %j is %s', (url, env, expected) => {
    expect(used(url, env)).toBe(expected);
  });

  it.each([
    'socks5://p:1080',
    'ftp://p',
    'http://',
    'a b',
    'http://p:0',
    'http://p:99999',
    '"http://p:3128"',
  ])('cannot be %j, and the value is not shown', (value) => {
    const choice = proxyFor(new URL('https://rpc.example'), {HTTPS_PROXY: value});
    expect(choice).toMatchObject({
      variable: 'HTTPS_PROXY',
      url: null,
      place: null,
      wrong: expect.any(String) as string,
    });
    expect(choice?.wrong).not.toContain(value);
  });

  it.each([
    'http://127.0.0.1:8545',
    'http://127.9.9.9',
    'http://localhost:9000',
    'http://LOCALHOST.:9000',
    'http://rpc.localhost',
    'http://[::1]:8545',
    'http://[::ffff:127.0.0.1]:8545',
    'http://0.0.0.0:8545',
    'http://2130706433',
  ])('is none for %s, which is this machine, whatever NO_PROXY says', (url) => {
    expect(used(url, {http_proxy: 'http://p:1', no_proxy: 'other.example'})).toBe('direct');
  });

  it.each<[string, string, boolean]>([
    ['*', 'https://rpc.example', true],
    ['rpc.example', 'https://rpc.example', true],
    ['rpc.example', 'https://a.rpc.example', true],
    ['.example', 'https://rpc.example', true],
    ['*.example', 'https://rpc.example', true],
    ['RPC.Example', 'https://rpc.example', true],
    ['pc.example', 'https://rpc.example', false],
    ['rpc.example:443', 'https://rpc.example', true],
    ['rpc.example:8443', 'https://rpc.example', false],
    ['a.example, rpc.example', 'https://rpc.example', true],
    ['a.example rpc.example', 'https://rpc.example', true],
    ['10.0.0.7', 'https://10.0.0.7:8545', true],
    ['10.0.0.0/8', 'https://10.9.8.7:8545', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.0.0.7:8545', 'https://10.0.0.7:8545', true],
    ['fd00::/8', 'https://[fd00::7]:8545', true],
    ['[fd00::7]:8545', 'https://[fd00::7]:8545', true],
    ['10.0.0.0/8', 'https://ten.example', false],
    [',,', 'https://rpc.example', false],
  ])('NO_PROXY %j and %s: direct is %s', (list, url, isDirect) => {
    expect(used(url, {HTTPS_PROXY: 'http://p:1', NO_PROXY: list}) === 'direct').toBe(isDirect);
  });
});

describe('the proxies of an environment', () => {
  it('are each variable once, without a password', () => {
    const env = {
      https_proxy: 'http://u:s3cret@p:1',
      HTTPS_PROXY: 'http://u:s3cret@p:1',
      ALL_PROXY: 'socks5h://s3cret@q',
    };
    const found = proxiesOf(env);
    expect(found.map(({variable}) => variable)).toEqual(['https_proxy', 'ALL_PROXY']);
    expect(found.map(proxyText)).toEqual(['https_proxy (http://p:1)', 'ALL_PROXY']);
    expect(found.map(({wrong, place}) => `${String(wrong)} ${String(place)}`).join()).not.toContain('s3cret');
  });
});
