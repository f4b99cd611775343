import {describe, expect, it} from 'vitest';
import {engineRig, page, type Rig} from '../../../../support/engine-rig.ts';

describe('a look', () => {
  it.each<[string, (rig: Rig) => void, string, RegExp]>([
    [
      'at a server that lists another model',
      ({server}) => void (server.fixture.gets['/v1/models'] = {data: [{id: 'qwen'}]}),
      'WORKER_REFUSED',
      /does not list "meta-llama\/Llama-3.2-1B-Instruct"; it lists "qwen"/,
    ],
    [
      'at a web page',
      ({server}) => void (server.playLook = page(200, 'text/html', '<html>')),
      'WORKER_REFUSED',
      /lists no models/,
    ],
    [
      'at a server of another API',
      ({server}) => void (server.playLook = page(404, 'text/plain', '404 page not found')),
      'WORKER_REFUSED',
      /has no \/v1\/models/,
    ],
    [
      'at one that loads its model',
      ({server}) =>
        void (server.playLook = page(
          503,
          'application/json',
          '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
        )),
      'WORKER_BUSY',
      /Loading model/,
    ],
    [
      'at one that sends without an end',
      ({server}) =>
        void (server.playLook = page(200, 'application/json', `{"data":"${'x'.repeat(1_100_000)}"}`)),
      'WORKER_REFUSED',
      /more than 1 MiB/,
    ],
    ['at one that is not there', ({server}) => server.close(), 'WORKER_UNREACHABLE', /nothing listens there/],
  ])('%s says so', async (_name, change, code, message) => {
    const all = await engineRig();
    change(all);
    expect(await all.put()).toMatchObject({code, message: expect.stringMatching(message) as string});
    expect(all.server.asked).toEqual([]);
  });

  it('at an Ollama whose model another host computes refuses it', async () => {
    const all = await engineRig('ollama');
    const tag = {
      name: 'llama3.2:1b',
      digest: 'aa',
      remote_model: 'llama3.2',
      remote_host: 'https://ollama.com',
    };
    all.server.fixture.gets['/api/tags'] = {models: [tag]};
    expect(await all.put()).toMatchObject({
      code: 'WORKER_REFUSED',
      message: expect.stringContaining('computed by another host, https://ollama.com') as string,
    });
  });
});
