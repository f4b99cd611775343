import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {secretSteps, shownUrl} from '../../../../src/lib/foundation/text/shown-url.ts';

describe('a URL in an output', () => {
  it.each([
    ['ws://127.0.0.1:8080/ws', 'ws://127.0.0.1:8080/ws'],
    ['https://worker.example.org', 'https://worker.example.org'],
    ['https://worker.example.org/api/v1', 'https://worker.example.org/api/v1'],
    ['wss://dispatcher.example.org/ws/SECRETTOKENPATH123', 'wss://dispatcher.example.org/…'],
    ['http://10.0.0.7:1234/tok/WORKERTOKEN42', 'http://10.0.0.7:1234/…'],
    ['http://bob:hunter22@10.0.0.7/', 'http://10.0.0.7/…'],
    ['http://10.0.0.7/?key=topsecret', 'http://10.0.0.7/…'],
    ['http://10.0.0.7/#topsecret', 'http://10.0.0.7/…'],
    ['/home/operator/.aos', '/home/operator/.aos'],
    ['localhost:8080', 'localhost:8080'],
    ['localhost:8080/', 'localhost:8080/'],
    ['dispatcher.example.org:443/ws', 'dispatcher.example.org:443/ws'],
    ['dispatcher.example.org:443/tok/SECRET', 'dispatcher.example.org:443/…'],
    ['dispatcher.example.org:443/ws?token=SECRET', 'dispatcher.example.org:443/…'],
    ['bob:hunter22@dispatcher.example.org:443/ws', 'dispatcher.example.org:443/…'],
    ['[::1]:443/SECRET', '[::1]:443/…'],
    ['./host:1/x', './host:1/x'],
    ['', ''],
  ])('%s is shown as %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it('has no step of its path that is no word of a route', () => {
    const step = fc
      .stringMatching(/^[A-Za-z0-9_-]{6,30}$/)
      .filter((word) => secretSteps(`http://h/${word}`).length > 0);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ws', 'api', 'v1'), {maxLength: 3}), step, (words, secret) => {
        const url = `https://host.example.org/${[...words, secret].join('/')}`;
        expect(secretSteps(url)).toEqual([secret]);
        expect(shownUrl(url)).not.toContain(secret);
      }),
    );
  });

  it.each(['no URL', 'localhost:8080', 'C:/secret', ''])(
    'has no secret steps where it is none: %s',
    (text) => {
      expect(secretSteps(text)).toEqual([]);
    },
  );
});
