import {describe, expect, it} from 'vitest';
import {event, stream, type Play} from '../../../../support/engine-server.ts';
import {choice, end, engineRig, page, played, TEXT} from '../../../../support/engine-rig.ts';

it('a stream that stays open after the end of its text is answered all the same', async () => {
  const all = await engineRig();
  const open = (response: Parameters<Play>[0]): void =>
    void stream(response).write(event(choice(TEXT)) + event(end));
  expect(await played(all, open)).toBe('answered');
  expect(all.answer().answer).toBe(TEXT);
});

it('an engine that says when to come again is left alone until then', async () => {
  const all = await engineRig();
  const {server, put, time} = all;
  expect(await played(all, page(503, 'text/plain', 'later', {'retry-after': '40'}))).toMatchObject({
    code: 'WORKER_BUSY',
  });
  server.play = null;
  expect(await put()).toMatchObject({
    code: 'WORKER_BUSY',
    message: expect.stringContaining('Retry-After') as string,
  });
  expect(server.asked).toHaveLength(1);
  await time.during(time.sleep(41_000), 'the pause');
  expect(await put()).toBe('answered');
});

it('an engine that takes no job three times in a row is itself at fault', async () => {
  const all = await engineRig();
  all.server.play = page(400, 'text/plain', 'no chat template');
  expect(await all.put('{}', 'a', 'r1')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.put('{}', 'a', 'r1')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.put('{}', 'b', 'r2')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.problem()).toBeNull();
  expect(await all.put('{}', 'c', 'r3')).toMatchObject({code: 'WORKER_REFUSED'});
  expect(await all.problem()).toMatchObject({code: 'WORKER_REFUSED'});
  all.server.play = null;
  expect(await all.put('{}', 'd', 'r4')).toBe('answered');
  expect(await all.problem()).toBeNull();
});

it('an engine whose machine goes away while it thinks is noticed long before the limit', async () => {
  const all = await engineRig();
  const {server, time} = all;
  // The request stays open, and no connection is taken any more.
  const error = await played(all, () => server.vanish());
  expect(error).toMatchObject({code: 'WORKER_LOST', message: expect.stringContaining('went away') as string});
  expect(time.monotonic()).toBeLessThan(120_000);
  expect(server.asked).toHaveLength(1);
});

it('an engine that asks for a pause when it is looked at is left alone too', async () => {
  const all = await engineRig();
  const {server, put, time} = all;
  let looks = 0;
  server.playLook = (response) => {
    looks += 1;
    response.writeHead(429, {'retry-after': '40'}).end();
  };
  expect(await put()).toMatchObject({code: 'WORKER_BUSY'});
  expect(await put()).toMatchObject({code: 'WORKER_BUSY'});
  expect(looks).toBe(1);
  server.playLook = null;
  await time.during(time.sleep(41_000), 'the pause');
  expect(await put()).toBe('answered');
});

describe('an answer after which the engine', () => {
  it.each<[string, Play]>([
    ['is busy', (response) => response.writeHead(429, {'retry-after': '2'}).end()],
    ['starts anew', (response) => void response.destroy()],
    ['is away behind its gateway', (response) => response.writeHead(502).end()],
  ])('%s is delivered once it is seen what gave it', async (_what, playLook) => {
    const all = await engineRig();
    const {server} = all;
    let looks = 0;
    const play: Play = (response) => {
      server.playLook = (look, request) => {
        if (request.url !== '/v1/models') look.writeHead(404).end();
        else if ((looks += 1) < 3) playLook(look, request);
        else {
          server.playLook = null;
          look.writeHead(200).end(JSON.stringify(server.fixture.gets['/v1/models']));
        }
      };
      stream(response).end(event(choice(TEXT)) + event(end));
    };
    server.fixture.gets = {'/v1/models': server.fixture.gets['/v1/models']};
    expect(await played(all, play)).toBe('answered');
    expect([all.answer().answer, looks]).toEqual([TEXT, 3]);
  });

  it('stays away is lost', async () => {
    const all = await engineRig();
    const play: Play = (response) => {
      all.server.playLook = (look) => void look.destroy();
      stream(response).end(event(choice(TEXT)) + event(end));
    };
    expect(await played(all, play)).toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringContaining('what gave it could not be read') as string,
    });
    expect(all.replies).toEqual([]);
  });
});

it('an engine that is started again in the middle of an answer gives one to the next request', async () => {
  const all = await engineRig();
  const broken: Play = (response) =>
    void stream(response).write(event(choice('The')), () => response.destroy());
  expect(await played(all, broken)).toMatchObject({code: 'WORKER_LOST'});
  all.server.play = null;
  await all.time.during(all.time.sleep(6_000), 'its rest');
  expect(await all.put()).toBe('answered');
  expect(all.answer().answer).toBe(TEXT);
});
