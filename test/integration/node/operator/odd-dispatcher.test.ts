import {describe, expect, it} from 'vitest';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {bareDispatcher, jobText, replyText, requestText} from '../../../support/bare-dispatcher.ts';
import {FRAMES} from '../../../support/dispatcher-frames.ts';
import {answerTo, createRig, type Run, type RunOptions} from '../../../support/operator-rig.ts';
import {httpServer} from '../../../support/signer.ts';

/** An operator and a dispatcher that does what the test says; it signs nothing unless its frames are signed. */
async function stage() {
  const rig = await createRig();
  const dispatcher = await bareDispatcher();
  const start = (options: RunOptions = {}): Promise<Run> =>
    rig.start({verifyDispatcher: 'when-signed', dispatcherAddress: null, url: dispatcher.url, ...options});
  const accepted = (run: Run, count: number): Promise<unknown> =>
    run.event('result_accepted', () => run.of('result_accepted').length === count);
  return {rig, dispatcher, start, accepted};
}

const codes = (run: Run): string[] => run.of('problem').map(({part, code}) => `${part} ${code}`);

describe('a dispatcher that does not accept the operator', () => {
  it('and never answers connect: is explained once, with a step, and tried again', async () => {
    const {dispatcher, start} = await stage();
    dispatcher.answer = () => undefined;
    const run = await start();
    await run.event('disconnected', () => run.of('disconnected').length === 3);
    expect(codes(run)).toEqual(['dispatcher DISPATCHER_SILENT']);
    expect(run.of('problem')[0]?.next).toMatchObject({run: {command: 'doctor'}});
    expect(dispatcher.of('connect').length).toBeGreaterThanOrEqual(3);
    dispatcher.answer = ({id}) => replyText(id);
    await run.event('recovered', ({part}) => part === 'dispatcher');
    await run.stop();
  });

  it('and answers in plain text: its words are in the problem', async () => {
    const {dispatcher, start} = await stage();
    dispatcher.answer = () => 'operator is not registered';
    const run = await start();
    await run.event('disconnected');
    expect(run.of('problem')).toMatchObject([{code: 'DISPATCHER_SILENT'}]);
    expect(run.of('problem')[0]?.message).toContain('operator is not registered');
    // An answer is never answered: what cannot be read has no id.
    expect(dispatcher.of(null)).toEqual([]);
    await run.stop();
  });

  it.each([
    ['text/plain', 'operator is not on the allow-list', 401],
    ['application/json', '{"message":"operator is not on the allow-list"}', 403],
  ])('and answers the upgrade in %s: is a refusal with its words', async (type, body, status) => {
    const {start} = await stage();
    const url = await httpServer((_request, response) =>
      response.writeHead(status, {'content-type': type}).end(body),
    );
    const run = await start({url: url.replace('http', 'ws')});
    const {refusal} = await run.event('disconnected', () => run.of('disconnected').length === 3);
    expect(refusal).toEqual({how: 'http', code: status, words: 'operator is not on the allow-list'});
    expect(codes(run)).toEqual(['dispatcher DISPATCHER_REFUSED']);
    await run.stop();
  });

  it('and closes with 4003 and words: is a refusal, never unreachable', async () => {
    const {dispatcher, start} = await stage();
    dispatcher.answer = ({socket}) => {
      dispatcher.sockets[socket]?.close(4003, 'minimum version is 0.9');
      return undefined;
    };
    const run = await start();
    const {refusal, reason} = await run.event('disconnected', () => run.of('disconnected').length === 3);
    expect(refusal).toEqual({how: 'close', code: 4003, words: 'minimum version is 0.9'});
    expect(reason).toContain('minimum version is 0.9');
    expect(codes(run)).toEqual(['dispatcher DISPATCHER_REFUSED']);
    await run.stop();
  });

  it('and refuses connect in a reply: is a refusal with code and words', async () => {
    const {dispatcher, start} = await stage();
    dispatcher.answer = ({id}) => JSON.stringify({id, code: 403, message: 'not on the allow-list'});
    const run = await start();
    const {refusal} = await run.event('disconnected');
    expect(refusal).toEqual({how: 'reply', code: 403, words: 'not on the allow-list'});
    expect(codes(run)).toEqual(['dispatcher DISPATCHER_REFUSED']);
    expect(dispatcher.of(null)).toEqual([]);
    await run.stop();
  });
});

describe('the published dispatcher', () => {
  it('signs its jobs and not its replies: is worked with under require', async () => {
    const {dispatcher, start, accepted} = await stage();
    const {signer, jobs} = FRAMES.newest;
    const run = await start({verifyDispatcher: 'require', dispatcherAddress: signer});
    await run.event('connected');
    const [plain = ''] = jobs;
    dispatcher.send(plain);
    await accepted(run, 1);
    expect(run.of('job_received')[0]?.signer).toBe(signer);
    expect(run.of('frame_unsigned')).toEqual([]);
    expect(codes(run)).toEqual([]);
    await run.stop();
  });

  it('that has signed once may not be unsigned later, also after a restart', async () => {
    const {dispatcher, start, accepted} = await stage();
    const {signer, jobs} = FRAMES.newest;
    const first = await start({dispatcherAddress: signer});
    await first.event('connected');
    dispatcher.send(jobs[0] ?? '');
    await accepted(first, 1);
    await first.stop();
    const run = await start({dispatcherAddress: signer});
    await run.event('connected');
    dispatcher.send(jobText());
    expect(await run.event('problem')).toMatchObject({part: 'jobs', code: 'DISPATCHER_UNSIGNED'});
    expect(run.of('job_received')).toEqual([]);
    await run.stop();
  });

  it('forgets the connection: jobs come again after connect on the same socket', async () => {
    const {rig, dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    await rig.time.until(() => expect(dispatcher.of('connect')).toHaveLength(2));
    expect(dispatcher.of('connect').map(({socket}) => socket)).toEqual([0, 0]);
    expect(run.of('connect_repeated')[0]?.quietMs).toBeGreaterThanOrEqual(45_000);
    dispatcher.send(jobText());
    await accepted(run, 1);
    expect(run.of('disconnected')).toEqual([]);
    await run.stop();
  });

  it('halts for 45 s: nothing is lost, and the jobs after it are taken', async () => {
    const {rig, dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.halt(true);
    dispatcher.send(jobText({jobId: 'in between'}));
    await run.event('result_sent');
    const until = rig.time.monotonic() + 45_000;
    await rig.time.during(rig.time.sleep(45_000), 'the halt');
    expect(rig.time.monotonic()).toBeGreaterThanOrEqual(until);
    dispatcher.halt(false);
    await accepted(run, 1);
    await rig.time.until(() =>
      expect(run.events.filter(({type}) => type === 'connected').length).toBeGreaterThan(1),
    );
    dispatcher.send(jobText({jobId: 'afterwards'}));
    await accepted(run, 2);
    expect(await run.stop()).toMatchObject({accepted: 2, pending: 0});
  });

  it('sends a tag that nobody knows: it is ordinary work', async () => {
    const {dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.send(FRAMES.head.unknownTag);
    await accepted(run, 1);
    expect(dispatcher.of('job_result')[0]?.params).toMatchObject([
      {tag: 'whatever', result: answerTo('tagged'), vrf: {selected: true}},
    ]);
    await run.stop();
  });
});

describe('a job that cannot be taken', () => {
  it.each([
    ['is no object', FRAMES.head.jobThatIsText, 'bad-message'],
    ['is in no list', requestText('dispatch_job', {}), 'bad-message'],
    ['is not there: params []', requestText('dispatch_job', []), 'bad-message'],
    ['has a clock of numbers', jobText({clock: {'1': 4_294_967_295}}), 'bad-message'],
    ['is cut off', '{"id":"x","method":"dispatch_job","params":[{', 'unreadable'],
  ])('%s: is refused, kept and a problem with a step; the next one is taken', async (_name, text, reason) => {
    const {rig, dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.send(text);
    const problem = await run.event('problem');
    expect(problem).toMatchObject({part: 'jobs', code: 'JOB_REFUSED', next: {run: {command: 'job refused'}}});
    expect(run.of('frame_rejected')).toMatchObject([{reason, count: 1}]);
    dispatcher.send(jobText());
    await accepted(run, 1);
    await run.stop();
    const reader = openJobReader({dir: rig.dir});
    expect(reader.refused.count()).toEqual({total: 1, kept: 1});
    expect(reader.refused.list(10)).toMatchObject([{n: 1, reason, bytes: Buffer.byteLength(text)}]);
    expect(Buffer.from(reader.refused.one(1)?.frame ?? []).toString()).toBe(text);
    reader.close();
  });

  it.each([
    ['an empty clock', {}],
    ['a clock at its end', {'1': '4294967295'}],
  ])('%s does not keep a job from its answer', async (_name, clock) => {
    const {dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.send(jobText({prompt: 'p', clock}));
    await accepted(run, 1);
    expect(dispatcher.of('job_result')[0]?.params).toMatchObject([{result: answerTo('p')}]);
    expect(await run.stop()).toMatchObject({accepted: 1, pending: 0});
  });

  it('that has the id of another job gets no answer, and the other job its one', async () => {
    const {rig, dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.send(jobText({jobId: 'one id', prompt: 'first'}));
    await accepted(run, 1);
    const second = jobText({jobId: 'one id', prompt: 'second'});
    dispatcher.send(second);
    const rejected = await run.event('frame_rejected');
    expect(rejected).toMatchObject({reason: 'other-job', code: 'MESSAGE_INVALID'});
    expect(rejected.message).toContain('one id');
    expect(await run.event('problem')).toMatchObject({part: 'jobs', code: 'JOB_REFUSED'});
    // The same job again is none of that.
    dispatcher.send(jobText({jobId: 'one id', prompt: 'first'}));
    await run.event('job_duplicate');
    await rig.time.until(() => expect(dispatcher.of(null)).toHaveLength(3));
    expect(dispatcher.of(null).map(({result}) => (result as {code: number}).code)).toEqual([200, 409, 200]);
    // The first one's answer is sent again; nothing is ever said about the second.
    const results = dispatcher.of('job_result').map(({params}) => (params as {result: string}[])[0]?.result);
    expect(new Set(results)).toEqual(new Set([answerTo('first')]));
    await run.stop();
    const reader = openJobReader({dir: rig.dir});
    expect(Buffer.from(reader.refused.one(1)?.frame ?? []).toString()).toBe(second);
    reader.close();
  });

  it('is counted on after a restart', async () => {
    const {dispatcher, start} = await stage();
    for (const params of [[], {}]) {
      const run = await start();
      await run.event('connected');
      dispatcher.send(requestText('dispatch_job', params));
      await run.event('frame_rejected');
      await run.stop();
    }
    const run = await start();
    expect(await run.event('work')).toMatchObject({refused: 2});
    await run.stop();
  });
});

describe('one id under two positions with two kinds, of which one has no worker here', () => {
  const place = {jobId: 'one id', tag: 'malicious', prompt: 'p'};
  const known = jobText({...place, position: 'before'});
  const foreign = jobText({
    ...place,
    position: 'after',
    job: {tag: 'zkml', prompt: 'p', model: 'm', params: {}},
  });
  const texts = (said: readonly {params: unknown}[]): unknown[] =>
    said.map(({params}) => {
      const [result] = params as {result: string; reason: string; vrf: {selected: boolean}}[];
      return [result?.result, result?.reason, result?.vrf.selected];
    });

  it('waits for the text of the other, also when that was left without one', async () => {
    const {rig, dispatcher, start, accepted} = await stage();
    rig.worker.onQuestion = () => 200;
    const run = await start({worker: {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000}});
    await run.event('connected');
    dispatcher.send(known);
    await run.event('job_unanswered');
    dispatcher.send(foreign);
    await run.event('job_unanswered', ({job}) => job.kind === 'zkml');
    expect(dispatcher.of('job_result')).toEqual([]);
    const [question] = rig.worker.asked;
    if (question === undefined) throw new Error('no request');
    expect(await rig.worker.answer(question, {answer: 'late'})).toBe(200);
    await accepted(run, 2);
    expect(texts(dispatcher.of('job_result'))).toEqual([
      ['late', '', true],
      ['late', '', true],
    ]);
    await run.stop();
  });

  it('is left without an answer while a worker is asked for that of the other, and does not wait for ever', async () => {
    const {rig, dispatcher, start} = await stage();
    rig.worker.onQuestion = () => 200;
    const run = await start({worker: {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000}});
    await run.event('connected');
    dispatcher.send(known);
    await run.event('job_asked');
    dispatcher.send(foreign);
    await run.event('job_unanswered', () => run.of('job_unanswered').length === 2);
    expect(dispatcher.of('job_result')).toEqual([]);
    expect(await run.stop()).toMatchObject({unanswered: 2, pending: 0});
  });

  it('has the text that was said first, when that needs no worker', async () => {
    const {rig, dispatcher, start, accepted} = await stage();
    const run = await start();
    await run.event('connected');
    dispatcher.send(foreign);
    await accepted(run, 1);
    dispatcher.send(known);
    await accepted(run, 2);
    const reason = 'unsupported worker type, need opml, got zkml';
    expect(texts(dispatcher.of('job_result'))).toEqual([
      ['', reason, true],
      ['', reason, true],
    ]);
    expect(rig.worker.asked).toEqual([]);
    await run.stop();
  });
});

describe('an answer of the dispatcher', () => {
  it('is never answered, whatever it says', async () => {
    const {rig, dispatcher, start} = await stage();
    const run = await start();
    await run.event('connected');
    const answers = [
      '{"id":"a","code":500,"message":"error"}',
      '{"id":"b","result":"ok","address":"","hash":"","signature":""}',
      '{"id":"c","method":null,"error":{"code":1,"message":"m"}}',
      '{"code":500,"message":""}',
    ];
    for (const text of answers) dispatcher.send(text);
    await rig.time.during(rig.time.sleep(10_000), 'some time');
    expect(dispatcher.of(null)).toEqual([]);
    expect(codes(run)).toEqual([]);
    await run.stop();
  });
});

describe('no work', () => {
  it('of a dispatcher that is connected is a problem after alerts.no_job_after, and over with the next job', async () => {
    const {dispatcher, start} = await stage();
    const run = await start({noJobAfterMs: 600_000});
    await run.event('connected');
    const problem = await run.event('problem');
    expect(problem).toMatchObject({part: 'jobs', code: 'NO_JOBS'});
    dispatcher.send(jobText());
    await run.event('recovered', ({part}) => part === 'jobs');
    await run.stop();
  });
});
