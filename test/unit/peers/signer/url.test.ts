import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {parseSignerUrl} from '../../../../src/lib/peers/signer/url.ts';

function failure(text: string): Error {
  try {
    parseSignerUrl(text);
  } catch (error) {
    if (isAosError(error, 'SIGNER_URL_INVALID')) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('parseSignerUrl', () => {
  it.each([
    [
      'http://127.0.0.1:9000',
      {origin: 'http://127.0.0.1:9000', host: '127.0.0.1', port: 9000, tls: false, loopback: true},
    ],
    [
      'http://127.0.0.1:9000/',
      {origin: 'http://127.0.0.1:9000', host: '127.0.0.1', port: 9000, tls: false, loopback: true},
    ],
    [
      'https://signer.example',
      {origin: 'https://signer.example', host: 'signer.example', port: 443, tls: true, loopback: false},
    ],
    [
      'http://web3signer:9000',
      {origin: 'http://web3signer:9000', host: 'web3signer', port: 9000, tls: false, loopback: false},
    ],
    ['http://[::1]:9000', {origin: 'http://[::1]:9000', host: '::1', port: 9000, tls: false, loopback: true}],
    [
      'http://LOCALHOST',
      {origin: 'http://localhost', host: 'localhost', port: 80, tls: false, loopback: true},
    ],
  ])('takes %s', (text, expected) => {
    expect(parseSignerUrl(text)).toEqual(expected);
  });

  it.each([
    '',
    '127.0.0.1:9000',
    'ws://127.0.0.1:9000',
    'http://127.0.0.1:9000/eth1',
    'http://h:9000/?a=1',
    'http://h:9000/#x',
    'http://u:p@h:9000',
  ])('refuses %s', (text) => {
    expect(failure(text)).toBeInstanceOf(Error);
  });

  it('never repeats what stood there, which may be a secret', () => {
    const secret = '8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63';
    for (const text of [
      secret,
      `0x${secret}`,
      `http://user:${secret}@h:9000/`,
      `http://h:9000/${secret}`,
      `http://h:9000/?k=${secret}`,
    ]) {
      expect(JSON.stringify(failure(text)) + failure(text).message).not.toContain(secret);
    }
  });
});
