import {randomUUID} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {bareDispatcher, jobText, replyText, type BareDispatcher} from '../../../support/bare-dispatcher.ts';
import {createRig, type Rig, type Run} from '../../../support/operator-rig.ts';

const JOBS = 48;

async function world(): Promise<{rig: Rig; dispatcher: BareDispatcher; start: () => Promise<Run>}> {
  const rig = await createRig();
  const dispatcher = await bareDispatcher();
  const start = (): Promise<Run> =>
    rig.start({
      url: dispatcher.url,
      verifyDispatcher: 'when-signed',
      dispatcherAddress: null,
      worker: {concurrency: 64},
      backoff: {firstMs: 100, capMs: 100},
    });
  return {rig, dispatcher, start};
}

/** Ids of the deliveries so far. */
const sentIds = (dispatcher: BareDispatcher): string[] => dispatcher.of('job_result').map(({id}) => id);

/** Accepts `connect`, and replies to nothing else. */
const acceptsConnect: BareDispatcher['answer'] = ({id, method}) =>
  method === 'connect' ? replyText(id) : undefined;

describe('a dispatcher that replies to each result after 55 s', () => {
  it('gets all results side by side, and each of its acceptances counts', async () => {
    const {rig, dispatcher, start} = await world();
    dispatcher.answer = ({id, method, socket}) => {
      if (method !== 'job_result') return method === null ? undefined : replyText(id);
      rig.time.after(55_000, () => dispatcher.sockets[socket]?.send(replyText(id)));
      return undefined;
    };
    const run = await start();
    await run.event('connected');
    for (let n = 0; n < JOBS; n += 1) dispatcher.send(jobText({jobId: `job-${n}`, prompt: `prompt ${n}`}));
    await run.event('result_retry');
    // None has waited for the reply to another.
    expect(run.of('result_sent').filter(({attempt}) => attempt === 1)).toHaveLength(JOBS);
    await run.event('result_accepted', () => run.of('result_accepted').length === JOBS);
    expect(new Set(run.of('result_accepted').map(({job}) => job.seq)).size).toBe(JOBS);
    // A first delivery was accepted, late, while the second was under way: there was no third.
    expect(run.of('result_sent').every(({attempt}) => attempt <= 2)).toBe(true);
    expect(await run.stop()).toMatchObject({accepted: JOBS, pending: 0});
  });
});

describe('an acceptance that comes late', () => {
  it.each(['on the next connection', 'after a crash'])('counts %s', async (when) => {
    const {rig, dispatcher, start} = await world();
    dispatcher.answer = acceptsConnect;
    let run = await start();
    await run.event('connected');
    dispatcher.send(jobText({jobId: 'late'}));
    await run.event('result_sent');
    await rig.time.until(() => expect(sentIds(dispatcher)).toHaveLength(1));
    const [first = ''] = sentIds(dispatcher);
    if (when === 'after a crash') {
      await run.crash();
      run = await start();
    } else dispatcher.sockets[0]?.terminate();
    await rig.time.until(() => expect(sentIds(dispatcher)).toHaveLength(2));
    dispatcher.send(replyText(first));
    await run.event('result_accepted', ({job}) => job.jobId === 'late');
    expect(run.journal.counts()).toMatchObject({accepted: 1});
    expect(await run.stop()).toMatchObject({accepted: 1, pending: 0});
    expect(sentIds(dispatcher)).toHaveLength(2);
  });

  it('counts once, however often and for however many deliveries it comes', async () => {
    const {rig, dispatcher, start} = await world();
    dispatcher.answer = acceptsConnect;
    const run = await start();
    await run.event('connected');
    dispatcher.send(jobText({jobId: 'late'}));
    await run.event('result_sent', ({attempt}) => attempt === 3);
    await rig.time.until(() => expect(sentIds(dispatcher)).toHaveLength(3));
    for (const id of [...sentIds(dispatcher), ...sentIds(dispatcher)]) dispatcher.send(replyText(id));
    await run.event('result_accepted');
    expect(await run.stop()).toMatchObject({accepted: 1, pending: 0});
    expect(run.of('result_accepted')).toHaveLength(1);
  });

  it('does not count with an id that we never sent, or with another code', async () => {
    const {rig, dispatcher, start} = await world();
    dispatcher.answer = acceptsConnect;
    const run = await start();
    await run.event('connected');
    dispatcher.send(jobText({jobId: 'late'}));
    await run.event('result_retry');
    const [sent = ''] = sentIds(dispatcher);
    const last = sent.at(-1) === '0' ? '1' : '0';
    for (const id of [randomUUID(), `${sent.slice(0, -1)}${last}`, sent.slice(0, 8), ''])
      dispatcher.send(replyText(id));
    dispatcher.send(replyText(sent, 500, 'no'));
    await run.event('result_sent', ({attempt}) => attempt === 2);
    expect(run.of('result_accepted')).toEqual([]);
    await rig.time.until(() => expect(sentIds(dispatcher)).toHaveLength(2));
    dispatcher.send(replyText(sent));
    await run.event('result_accepted');
    await run.stop();
  });
});
