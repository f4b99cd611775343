import {describe, expect, it, onTestFinished} from 'vitest';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import {systemTime} from '../../../../../src/lib/foundation/system/system-time.ts';
import {createEngineHttp} from '../../../../../src/lib/peers/worker/engine/http.ts';
import {choice, end, engineRig, page, played, said, TEXT} from '../../../../support/engine-rig.ts';
import type {Play} from '../../../../support/engine-server.ts';
import {forwardProxy} from '../../../../support/forward-proxy.ts';

describe('an API key', () => {
  function keyFile(text: string, mode = 0o600): string {
    const dir = mkdtempSync(join(tmpdir(), 'aos-engine-'));
    onTestFinished(() => rmSync(dir, {recursive: true}));
    const file = join(dir, 'engine.key');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  it('of a file is sent, and a new one counts at once', async () => {
    const apiKeyFile = keyFile('sk-one\n');
    const {put, server} = await engineRig('vllm', {apiKeyFile});
    expect(await put()).toBe('answered');
    expect(server.headers.authorization).toBe('Bearer sk-one');
    writeFileSync(apiKeyFile, 'sk-two');
    expect(await put()).toBe('answered');
    expect(server.headers.authorization).toBe('Bearer sk-two');
  });

  it('that the engine repeats is in no text', async () => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile('sk-secret')});
    const body = '{"error":{"message":"Bearer sk-secret is no key, see {\\"key\\":\\"sk-secret\\"}"}}';
    for (const status of [400, 401, 404, 429, 500]) {
      const error = await played(all, page(status, 'application/json', body));
      expect(error).toMatchObject({message: expect.stringContaining('(the API key) is no key') as string});
      expect(JSON.stringify(error)).not.toContain('sk-secret');
    }
  });

  it('that the engine refuses is in no text', async () => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile('sk-secret')});
    const error = await played(all, page(403, 'application/json', '{"error":{"message":"bad key"}}'));
    expect(error).toMatchObject({
      code: 'WORKER_REFUSED',
      message: expect.stringContaining('bad key') as string,
    });
    expect(JSON.stringify(error)).not.toContain('sk-secret');
  });

  const SECRET = 'sk-secret-0123456789abcdef';

  it.each<[string, Play]>([
    ['a 401', page(401, 'application/json', `{"error":{"message":"Incorrect key: ${SECRET}"}}`)],
    ['a 403 in plain text', page(403, 'text/plain', `${'x'.repeat(190)}${SECRET}`)],
    ['a 400', page(400, 'application/json', `{"detail":"Bearer ${SECRET}"}`)],
    ['a redirect', page(302, 'text/plain', '', {location: `http://${SECRET}.example/`})],
    ['a type', page(200, `text/${SECRET}`, '')],
    ['an error with 200', page(200, 'application/json', `{"error":"${SECRET}"}`)],
    ['an error in the stream', said({error: {message: SECRET}})],
    ['the end of a text', said(choice('The'), {choices: [{index: 0, delta: {}, finish_reason: SECRET}]})],
    ['two models', said({...choice('The'), model: SECRET}, {...end, model: 'b'})],
    ['a text', said(choice(SECRET.slice(0, 9)), choice(SECRET.slice(9)), end)],
  ])('that the engine repeats in %s is not shown, and goes nowhere', async (_where, play) => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile(SECRET)});
    const error = (await played(all, play)) as AosError;
    expect(error.code).toMatch(/^(?:WORKER_REFUSED|WORKER_BAD_ANSWER|WORKER_LOST|REQUEST_REJECTED)$/);
    expect(JSON.stringify([error.message, error.next, error.details, all.replies])).not.toContain(
      'sk-secret',
    );
  });

  it('that the engine repeats in what it says of itself is not kept with an answer', async () => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile(SECRET)});
    all.server.fixture.gets['/version'] = {version: `0.9 ${SECRET}`};
    expect(await all.put()).toBe('answered');
    expect(all.answer().engine?.version).toBe('0.9 (the API key)');
    expect(JSON.stringify(all.replies)).not.toContain(SECRET);
  });

  it('that is a word leaves the texts of answers as they are', async () => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile('whale')});
    expect(await all.put()).toBe('answered');
    expect(all.answer().answer).toBe(TEXT);
  });

  it.each([
    ['is empty', '\n', 0o600, 'ENGINE_FILE_INVALID'],
    ['has two lines', 'a\nb', 0o600, 'ENGINE_FILE_INVALID'],
    ['others may read', 'sk-one', 0o644, 'KEY_UNSAFE'],
  ])('whose file %s is refused before anything is sent', async (_what, text, mode, code) => {
    const all = await engineRig('vllm', {apiKeyFile: keyFile(text, mode)});
    expect(await all.put()).toMatchObject({code});
    expect(all.server.headers).toEqual({});
  });
});

describe('an https engine', () => {
  const ca = fileURLToPath(new URL('../../../../fixtures/tls/ca.pem', import.meta.url));

  it('is believed by the authority of workers.opml.ca', async () => {
    const {put} = await engineRig('vllm', {ca}, {isTls: true});
    expect(await put()).toBe('answered');
  });

  it.each([
    ['without it', null, 'WORKER_UNREACHABLE', /workers.opml.ca/],
    ['with a file that is none', fileURLToPath(import.meta.url), 'ENGINE_FILE_INVALID', /BEGIN CERTIFICATE/],
    ['with a file that is not there', '/nowhere/ca.pem', 'ENGINE_FILE_INVALID', /./],
  ])('%s is not asked, and it is said what to name', async (_how, file, code, next) => {
    const all = await engineRig('vllm', {ca: file}, {isTls: true});
    const error = await all.put();
    expect(error).toMatchObject({code});
    expect(error === 'answered' ? '' : error.next.say).toMatch(next);
    expect(all.server.asked).toEqual([]);
  });
});

describe('a proxy of the environment', () => {
  // A connection to such an address ends at once, in every network.
  const ENGINE = 'http://224.0.0.1:9';

  it.each(['HTTP_PROXY', 'ALL_PROXY'])(
    'in %s is never asked, and is named where nothing answers',
    async (name) => {
      const proxy = await forwardProxy(9);
      const http = createEngineHttp({
        url: ENGINE,
        apiKeyFile: null,
        ca: null,
        time: systemTime,
        env: {[name]: proxy.url},
      });
      onTestFinished(() => http.close());
      const asked = http.get('/v1/models', new AbortController().signal);
      await expect(asked).rejects.toMatchObject({
        code: 'WORKER_UNREACHABLE',
        next: {say: expect.stringContaining(`without the proxy of ${name}`) as string},
      });
      expect(proxy.seen).toEqual([]);
    },
  );
});
