import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {allowedAddresses} from '../../../../src/lib/peers/zk/addresses.ts';
import {fetchProof, type FetchLimits} from '../../../../src/lib/peers/zk/fetch-proof.ts';

const never = new AbortController().signal;
const LOOPBACK = {allowPrivate: ['127.0.0.0/8']} satisfies FetchLimits;

async function serve(listener: RequestListener): Promise<{url: string; port: number; asked: string[]}> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const {port} = server.address() as AddressInfo;
  return {url: `http://127.0.0.1:${port}`, port, asked};
}

describe('the address of a proof', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fec0::1',
  ])('is refused: %s', (address) => {
    expect(allowedAddresses([])(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '192.167.1.1',
    '2606:4700::1',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
  ])('is asked: %s', (address) => {
    expect(address.startsWith('::ffff') || allowedAddresses([])(address)).toBe(true);
    expect(allowedAddresses([])(address)).toBe(true);
  });

  it('is asked when its range is allowed, and no other one', () => {
    const isAllowed = allowedAddresses(['10.1.0.0/16', '::1']);
    expect(['10.1.9.9', '::1', '10.2.0.1', '127.0.0.1'].map(isAllowed)).toEqual([true, true, false, false]);
  });

  it.each([
    'http://127.0.0.1:1/x',
    'http://2130706433/x',
    'http://0x7f.1/x',
    'http://[::1]:1/x',
    'http://[::ffff:127.0.0.1]:1/x',
    'http://localhost:1/x',
    'file:///etc/passwd',
    'ftp://example.org/x',
    'http://user:secret@example.org/x',
    '',
  ])('is refused before anything is sent: %s', async (url) => {
    const error = await fetchProof(url, {allowPrivate: []}, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({code: 'PROOF_URL_REFUSED'});
    expect(String(error)).not.toContain('secret');
  });
});

describe('the download of a proof', () => {
  it('takes what is there, from the one address that was looked at', async () => {
    const server = await serve((_, response) => void response.end('{"proof":1}'));
    const looked: string[] = [];
    const resolve = (host: string): Promise<readonly string[]> => {
      looked.push(host);
      // A second look would get another address.
      return Promise.resolve(looked.length === 1 ? ['10.0.0.9', '127.0.0.1'] : ['10.0.0.9']);
    };
    const url = `http://proofs.example:${server.port}/a.json?key=1`;
    expect(String(await fetchProof(url, {...LOOPBACK, resolve}, never))).toBe('{"proof":1}');
    expect([looked, server.asked]).toEqual([
      ['proofs.example'],
      [`proofs.example:${server.port}/a.json?key=1`],
    ]);
  });

  it('follows a redirect only to an address that may be asked', async () => {
    const inner = await serve((_, response) => void response.end('secret'));
    const outer = await serve((request, response) => {
      const to = request.url === '/near' ? '/here' : `http://127.0.0.2:${inner.port}/admin`;
      if (request.url === '/here') response.end('here');
      else response.writeHead(302, {location: to}).end();
    });
    const only = {allowPrivate: ['127.0.0.1']};
    expect(String(await fetchProof(`${outer.url}/near`, only, never))).toBe('here');
    await expect(fetchProof(`${outer.url}/far`, only, never)).rejects.toMatchObject({
      code: 'PROOF_URL_REFUSED',
      message: `the proof at http://127.0.0.2:${inner.port}/… is not fetched: 127.0.0.2 is an address of this machine or of a private network`,
    });
    expect(inner.asked).toEqual([]);
  });

  it.each<[string, RequestListener, string]>([
    ['a status', (_, response) => void response.writeHead(404).end(), 'HTTP 404'],
    ['a circle', (_, response) => void response.writeHead(307, {location: '/'}).end(), 'more than 3 times'],
    [
      'a redirect to a file',
      (_, response) => void response.writeHead(302, {location: 'file:///x'}).end(),
      'no http',
    ],
    ['a body that is too large', (_, response) => void response.end('x'.repeat(200)), 'more than 100 bytes'],
    ['a body without an end', (_, response) => void response.write('x'), 'within 0.3 s'],
    ['nothing', () => undefined, 'within 0.3 s'],
    ['a connection that breaks', (request) => void request.socket.destroy(), 'cannot be had'],
  ])('says so of %s', async (_, listener, why) => {
    const {url} = await serve(listener);
    await expect(fetchProof(url, {...LOOPBACK, limitMs: 300, mostBytes: 100}, never)).rejects.toThrow(why);
  });

  it('waits for the address of a name no longer than for the rest', async () => {
    const resolve = (): Promise<readonly string[]> => new Promise(() => undefined);
    const fetched = fetchProof('http://proofs.example/a', {...LOOPBACK, resolve, limitMs: 50}, never);
    await expect(fetched).rejects.toMatchObject({
      code: 'PROOF_FETCH_FAILED',
      message: expect.stringContaining('within 0.05 s') as string,
    });
  });

  it('ends with its caller', async () => {
    const {url} = await serve(() => undefined);
    const stop = new AbortController();
    const fetched = fetchProof(url, LOOPBACK, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(fetched).rejects.toThrow('stopped');
  });
});
