import {describe, expect, it} from 'vitest';
import {event, stream, type EngineServer} from '../../../../support/engine-server.ts';
import {choice, end, engineRig, played, said, TEXT} from '../../../../support/engine-rig.ts';

describe('an engine that changes', () => {
  it.each<[string, (server: EngineServer) => void, RegExp]>([
    [
      'the digest of its model',
      ({fixture}) =>
        void (fixture.gets['/api/tags'] = {models: [{name: 'llama3.2:1b', digest: 'ff'.repeat(32)}]}),
      /digest was baf6a787.* and is ffff/,
    ],
    [
      'its version',
      ({fixture}) => void (fixture.gets['/api/version'] = {version: '0.13.0'}),
      /version was 0.12.3 and is 0.13.0/,
    ],
  ])('%s gets no more jobs, until it is as it was', async (_what, change, message) => {
    const all = await engineRig('ollama');
    const before = structuredClone(all.server.fixture);
    expect(await all.put()).toBe('answered');
    change(all.server);
    expect(await all.put()).toMatchObject({
      code: 'WORKER_CHANGED',
      message: expect.stringMatching(message) as string,
    });
    expect([all.server.asked.length, all.replies.length]).toEqual([1, 1]);
    expect(await all.problem()).toMatchObject({code: 'WORKER_CHANGED'});
    all.server.fixture = before;
    await all.time.during(all.time.sleep(6_000), 'its rest');
    expect(await all.put()).toBe('answered');
  });

  it('while it answers has that answer kept, and not delivered', async () => {
    const all = await engineRig('ollama');
    const play: EngineServer['play'] = (response) => {
      all.server.fixture.gets['/api/tags'] = {models: [{name: 'llama3.2:1b', digest: 'ff'.repeat(32)}]};
      stream(response).end(event(choice(TEXT)) + event(end));
    };
    expect(await played(all, play)).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.replies[0]?.doubt).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.answer().answer).toBe(TEXT);
  });

  it.each([
    ['the model that its answers name', {model: 'other'}, /model was/],
    ['its fingerprint', {system_fingerprint: 'fp_2'}, /build was/],
  ])('%s has that answer kept, and rests', async (_what, more, message) => {
    const all = await engineRig('vllm');
    expect(await all.put()).toBe('answered');
    const model = all.server.fixture.model;
    const other = said({...choice(TEXT), model, ...more}, {...end, model, ...more});
    expect(await played(all, other)).toMatchObject({
      code: 'WORKER_CHANGED',
      message: expect.stringMatching(message) as string,
    });
    expect(all.replies.map(({doubt}) => doubt?.code)).toEqual([undefined, 'WORKER_CHANGED']);
    all.server.play = null;
    expect(await all.put()).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.server.asked).toHaveLength(2);
    await all.time.during(all.time.sleep(61_000), 'its rest');
    expect(await all.put()).toBe('answered');
  });
});
