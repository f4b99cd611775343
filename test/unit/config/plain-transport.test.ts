import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';

const warned = (changes: readonly (readonly [RegExp, string])[]): string[] => {
  const text = changes.reduce((file, [from, to]) => file.replace(from, to), goodFile());
  return withConfig(text, (source) => checkConfig(source, {need: 'run'}).warnings)
    .filter(({code}) => code === 'PLAIN_TRANSPORT')
    .map(({path}) => path);
};
const dispatcher = (url: string) => [[/dispatcher_url: .*/, `dispatcher_url: "${url}"`]] as const;
const signer = (url: string) => [[/signer_key: .*/, `signer_key: ${url}`]] as const;

describe('a peer without TLS', () => {
  it.each([
    'ws://dispatcher.example.org/ws',
    'dispatcher.example.org:8081',
    '203.0.113.7:8081',
    'ws://[2001:db8::1]:80/ws',
    'dispatcher.parts.net:8081',
    'ts.net.example.org:8081',
  ])('beyond private networks is a warning: %s', (url) => {
    expect(warned(dispatcher(url))).toEqual(['net.dispatcher_url']);
  });

  it.each([
    'wss://dispatcher.example.org/ws',
    '127.0.0.1:8081',
    '10.1.2.3:8081',
    '172.31.0.1:1',
    '192.168.1.1:1',
    '100.100.1.1:1',
    'ws://[fd00::1]:80/ws',
    'dispatcher:8081',
    'dispatcher.internal:8081',
    'dispatcher.tail1a2b3.ts.net:8081',
  ])('is none with TLS, or near: %s', (url) => {
    expect(warned(dispatcher(url))).toEqual([]);
  });

  it('is one for the signer, too', () => {
    expect(warned(signer('http://signer.example.org:9000'))).toEqual(['node.signer_key']);
    expect(warned(signer('https://signer.example.org:9000'))).toEqual([]);
    const others =
      'http://127.0.0.1:9000\n  signer_urls: [https://a.example.org:9000, http://b.example.org:9000]';
    expect(warned(signer(others))).toEqual(['node.signer_urls']);
  });
});
