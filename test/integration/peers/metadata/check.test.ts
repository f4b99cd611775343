import type {ServerResponse} from 'node:http';
import {describe, expect, it} from 'vitest';
import {checkMetadata} from '../../../../src/lib/peers/metadata/check.ts';
import {readPublicFile} from '../../../../src/lib/peers/metadata/public-file.ts';
import {httpServer, tcpServer} from '../../../support/signer.ts';

const DEVNET = 31337;
const HOODI = 560_048;
const {signal} = new AbortController();
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

/** A web server of an operator; `change` is put over the good metadata. */
async function site(
  pages: Readonly<Record<string, (response: ServerResponse) => void>>,
  change: object = {},
): Promise<{url: string; asked: string[]}> {
  const asked: string[] = [];
  const base: string = await httpServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const page = pages[path];
    if (page !== undefined) {
      page(response);
      return;
    }
    if (path === '/logo.png') {
      response.end(PNG);
      return;
    }
    const {host} = request.headers;
    const metadata = {name: 'One', description: 'An operator', logo: `http://${host}/logo.png`, ...change};
    response.end(JSON.stringify(metadata));
  });
  return {url: `${base}/operator.json`, asked};
}

const check = (url: string, chainId = DEVNET) => checkMetadata(url, {chainId, signal, timeoutMs: 250});

describe('the metadata of an operator', () => {
  it('that EigenLayer can show has no problem', async () => {
    const {url, asked} = await site({});
    expect(await check(url)).toEqual([]);
    expect(asked).toEqual(['/operator.json', '/logo.png']);
  });

  it('that hangs, before or within its answer, ends in a warning', async () => {
    const port = await tcpServer(() => {});
    expect(await check(`http://127.0.0.1:${port}/x`)).toEqual([
      expect.stringContaining('gives no whole answer within 0.25 s'),
    ]);
    const half = await site({'/operator.json': (response) => response.write('{')});
    expect(await check(half.url)).toEqual([expect.stringContaining('gives no whole answer')]);
  });

  it('is read through no redirect', async () => {
    const moved = await site({
      '/operator.json': (response) => response.writeHead(302, {location: '/elsewhere'}).end(),
    });
    expect(await check(moved.url)).toEqual([expect.stringContaining('answers with a redirect (HTTP 302)')]);
    expect(moved.asked).toEqual(['/operator.json']);
  });

  it('is read up to 1 MiB', async () => {
    const large = await site({
      '/operator.json': (response) => response.end(Buffer.alloc(1_048_577, 'a')),
      '/logo.png': (response) => response.end(Buffer.concat([PNG, Buffer.alloc(1_048_576)])),
    });
    expect(await check(large.url)).toEqual([expect.stringContaining('is larger than 1 MiB')]);
    const small = await site({
      '/logo.png': (response) => response.end(Buffer.concat([PNG, Buffer.alloc(1_048_576)])),
    });
    expect(await check(small.url)).toEqual(['logo is larger than 1 MiB']);
  });

  it.each([
    [
      'no answer of the server',
      {'/operator.json': (r: ServerResponse) => void r.destroy()},
      /cannot be read/,
    ],
    ['404', {'/operator.json': (r: ServerResponse) => void r.writeHead(404).end()}, /answers HTTP 404/],
    [
      'no JSON',
      {'/operator.json': (r: ServerResponse) => void r.end('<html>')},
      /^the file is no JSON object$/,
    ],
    [
      'a logo that is a page',
      {'/logo.png': (r: ServerResponse) => void r.end('<html>')},
      /^logo is no PNG image$/,
    ],
    [
      'a logo that is away',
      {'/logo.png': (r: ServerResponse) => void r.writeHead(500).end()},
      /^logo answers HTTP 500$/,
    ],
  ])('with %s says so', async (_name, pages, expected) => {
    const {url} = await site(pages);
    expect(await check(url)).toEqual([expect.stringMatching(expected)]);
  });

  it('never makes this program ask a private address on a public network', async () => {
    const {url, asked} = await site({});
    expect(await check(url, HOODI)).toEqual([expect.stringContaining('names this machine')]);
    const reading = {allowPrivate: false, signal};
    const private_ = {state: 'unread', why: 'is at an address that only its own network can reach'};
    expect(await readPublicFile(new URL(url), reading)).toEqual(private_);
    expect(await readPublicFile(new URL('http://[::1]:9/'), reading)).toEqual(private_);
    expect(await readPublicFile(new URL('http://169.254.169.254/latest'), reading)).toEqual(private_);
    // A name that leads to one.
    const named = new URL(url.replace('127.0.0.1', 'localhost'));
    expect(await readPublicFile(named, reading)).toEqual(private_);
    expect(asked).toEqual([]);
  });

  it('shows no secret of its URL', async () => {
    const {url} = await site({'/k3y?token=abc': (response) => response.writeHead(404).end()});
    const [problem] = await check(url.replace('/operator.json', '/k3y?token=abc'));
    expect(problem).toContain('answers HTTP 404');
    expect(problem).not.toContain('abc');
  });

  it('ends when the command is stopped', async () => {
    const port = await tcpServer(() => {});
    const stop = new AbortController();
    const reading = checkMetadata(`http://127.0.0.1:${port}/x`, {chainId: DEVNET, signal: stop.signal});
    stop.abort('SIGTERM');
    await expect(reading).rejects.toBe('SIGTERM');
  });
});
