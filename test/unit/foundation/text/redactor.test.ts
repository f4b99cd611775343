import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createRedactor, HIDDEN} from '../../../../src/lib/foundation/text/redactor.ts';

describe('the redactor', () => {
  it('takes known secrets out, as they are, in JSON and in URLs', () => {
    const secret = fc.string({minLength: 6, maxLength: 40, unit: 'grapheme'});
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        const redact = createRedactor([hidden]);
        for (const spelled of [hidden, JSON.stringify(hidden).slice(1, -1), encodeURIComponent(hidden)])
          if (redact(`${before}${spelled}${after}`).includes(spelled)) return HIDDEN.includes(spelled);
        return true;
      }),
    );
  });

  it.each([
    [
      'a URL with an access key in its path',
      'https://rpc.example.org/v3/abcdef0123456789',
      'abcdef0123456789',
    ],
    ['credentials', 'https://bob:hunter22@rpc.example.org/', 'hunter22'],
    ['a query', 'https://rpc.example.org/?apikey=topsecret', 'topsecret'],
  ])('knows what of %s lets somebody in', (_what, url, part) => {
    const redact = createRedactor([url]);
    const text = redact(`failed: ${url} and again ${part}`);
    expect(text).not.toContain(part);
    expect(text).toContain('rpc.example.org');
  });

  it('needs not to know keys, credentials and queries', () => {
    const redact = createRedactor([]);
    const key = 'ab'.repeat(32);
    expect(redact(`0x${key} ${key.toUpperCase()}`)).toBe(`${HIDDEN} ${HIDDEN}`);
    expect(redact('ws://a:b@c/d?e=f')).toBe(`ws://${HIDDEN}@c/d?${HIDDEN}`);
  });

  it('knows the form of a request id, which lets anyone answer its job', () => {
    const id = '4e9930229ed5967ba8da06bfbd64ea38';
    const redact = createRedactor([]);
    expect(redact(`request=${id} "${id.toUpperCase()}"`)).toBe(`request=${HIDDEN} "${HIDDEN}"`);
    for (const harmless of ['4e993022', `0x${'ab'.repeat(20)}`, 'ab'.repeat(15)])
      expect(redact(harmless)).toBe(harmless);
  });

  it('leaves addresses and hosts', () => {
    const text = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73 at http://127.0.0.1:9000/upcheck';
    expect(createRedactor(['http://127.0.0.1:9000', 'x', ''])(text)).toBe(text);
  });
});
