import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../../src/lib/node/journal/sqlite.ts';
import type {OperatorEventBody} from '../../../../../src/lib/node/events/events.ts';
import {workerAnswer} from '../../../../../src/lib/node/operator/job/answer.ts';
import {askWorker} from '../../../../../src/lib/node/operator/job/ask-worker.ts';
import {askEarly, type EarlyRequest} from '../../../../../src/lib/node/operator/job/early-request.ts';
import {requestMark} from '../../../../../src/lib/node/journal/request-mark.ts';
import type {AskDeps} from '../../../../../src/lib/node/operator/job/asking.ts';
import {createHealth} from '../../../../../src/lib/node/operator/health.ts';
import {refOf} from '../../../../../src/lib/node/operator/job/record.ts';
import type {Lane, Worker, WorkerRequest} from '../../../../../src/lib/node/operator/ports.ts';
import {createListeners} from '../../../../../src/lib/node/operator/job/listeners.ts';
import {createWorkerRequests} from '../../../../../src/lib/node/operator/job/worker-requests.ts';
import {inTempDir, newJob, VRF} from '../../../../support/journal.ts';
import {quietTime} from '../../../../support/quiet-time.ts';

const never = new AbortController().signal;
const NODE = {nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73', clockId: null};
const LIMITS = {readyTimeoutMs: 60_000, answerTimeoutMs: 20_000, attempts: 2, deadlineMs: 600_000} as const;

const FRAME = JSON.stringify({
  id: 'e',
  method: 'dispatch_job',
  params: [{job_id: 'j', job: {tag: 'opml', model: 'tiny', prompt: 'p'}}],
  result: null,
  address: '',
  hash: '',
  signature: '',
});

/** What the worker says next to each call; when the list is over it is ready and takes requests. */
type Says = 'busy' | 'away' | 'refused' | 'lost';

function stage(dir: string, use: (at: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  return open(dir).then(async (at) => {
    try {
      await use(at);
      expect(at.time.timers()).toBe(0);
    } finally {
      await at.journal.close();
    }
  });
}

async function open(dir: string) {
  const quiet = quietTime();
  // The journal writes to a real disk: time passes only while nothing is under way.
  const time = {...quiet, advance: (ms: number) => quiet.during(quiet.sleep(ms), 'the wait')};
  const journal = await openJournal({dir, clockId: 1n, time});
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  let ids = 0;
  const newSecretId = (): string => `request-${(ids += 1)}`;
  const requests = createWorkerRequests({
    journal,
    time,
    emit,
    newSecretId,
    retryJournalWrite: (write) => write(),
    kinds: ['opml'],
    node: NODE,
    roots: {see: () => undefined},
    listeners: createListeners({emit, onAnswered: () => undefined}),
    checking: {has: () => false, wants: () => false, takesUnattested: () => false, add: () => undefined},
  });
  const state = {
    ready: [] as Says[],
    ask: [] as Says[],
    asked: [] as WorkerRequest[],
    avoided: [] as string[][],
    released: [] as string[],
    failed: [] as string[],
    url: 'http://worker',
    nodeId: 'start-1' as string | null,
    /** Has the open requests lost. */
    lose: (() => undefined) as () => void,
  };
  const refusal = (says: Says): AosError =>
    new AosError(
      {busy: 'WORKER_BUSY', away: 'WORKER_UNREACHABLE', refused: 'WORKER_REFUSED', lost: 'WORKER_LOST'}[
        says
      ] as 'WORKER_BUSY',
      says,
    );
  const laneNow = (): Lane => ({
    at: {url: state.url, nodeId: state.nodeId},
    ask: (request) => {
      const says = state.ask.shift();
      if (says !== undefined) return Promise.reject(refusal(says));
      state.asked.push(request);
      return Promise.resolve();
    },
    lost: (signal) =>
      new Promise((_resolve, reject) => {
        state.lose = () => reject(refusal('lost'));
        signal.addEventListener('abort', () => reject(signal.reason as Error), {once: true});
      }),
    release: (how) => void state.released.push(how),
  });
  const worker: Worker = {
    kind: 'opml',
    concurrency: 1,
    onFailure: 'silent',
    whyUnfit: () => null,
    ...LIMITS,
    ready: (_signal, avoid = []) => {
      state.avoided.push([...avoid]);
      const says = state.ready.shift();
      return says === undefined ? Promise.resolve(laneNow()) : Promise.reject(refusal(says));
    },
  };
  const {record} = await journal.receive(newJob('j', {frame: FRAME}));
  await journal.select(record.seq, VRF);
  const job = {
    key: record.key,
    user: '',
    seed: '',
    signature: '',
    clock: new Map<bigint, number>(),
    kind: 'opml',
    model: 'tiny',
    prompt: 'p',
    params: new Map(),
  };
  const deps: Partial<AskDeps> = {
    ...NODE,
    journal,
    retryJournalWrite: (write) => write(),
    time,
    emit,
    requests,
    newSecretId,
    callbackUrl: 'http://us',
    random: () => 0.5,
    health: createHealth(emit, time),
  };
  const ask = (
    signal = never,
    {stopping = signal, early}: {stopping?: AbortSignal; early?: EarlyRequest} = {},
  ) =>
    askWorker({...deps, signal, stopping} as AskDeps, {
      record,
      ref: refOf(record),
      job,
      worker,
      early,
      answerBy: time.monotonic() + worker.deadlineMs,
      failed: (message) => void state.failed.push(message),
      make: (said) => workerAnswer(job, {said, vrf: VRF}, NODE, time.now()),
    });
  const answer = async (requestId: string, text = 'the answer') => {
    const body = JSON.stringify({req_id: requestId, answer: text});
    return (await requests.take('opml', Buffer.from(body))).status;
  };
  const types = (): string[] =>
    events.map((event) => ('code' in event ? `${event.type} ${event.code}` : event.type));
  /** A request that is put while its selection is written, at a worker whose place is free when `free` is called. */
  const askEarlyAt = () => {
    let free = (): void => undefined;
    const place = new Promise<Lane>((resolve) => (free = () => resolve(laneNow())));
    const slow = {...worker, ready: () => place};
    const early = askEarly(
      {...deps, signal: never, stopping: never} as Parameters<typeof askEarly>[0],
      slow,
      job,
    );
    return {early, free};
  };
  return {journal, time, events, types, state, ask, askEarlyAt, answer, seq: record.seq};
}

describe('a job that is asked about', () => {
  it('costs no attempt while the worker is busy, away or refuses a place; a wait is a problem only when it is long', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, types, journal, seq}) => {
        state.ready = Array<Says>(6).fill('busy');
        const asked = ask();
        await time.advance(40_000);
        expect(types()).toEqual(['job_retry WORKER_BUSY', 'job_asked']);
        expect(await answer('request-1')).toBe(200);
        expect(await asked).toMatchObject({end: 'answered', answer: {result: 'the answer'}});
        expect(journal.failed(seq)).toBe(0);
        expect(state.released).toEqual(['answered']);
      }),
    ));

  it('makes a problem of a worker that is busy for longer than configured, or away', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, events}) => {
        state.ready = Array<Says>(20).fill('busy');
        const asked = ask();
        await time.advance(LIMITS.readyTimeoutMs - 10_000);
        expect(events.filter(({type}) => type === 'problem')).toEqual([]);
        await time.advance(20_000);
        expect(events.filter(({type}) => type === 'problem')).toMatchObject([{code: 'WORKER_BUSY'}]);
        await time.advance(75_000);
        await answer('request-1');
        await asked;
        expect(events).toContainEqual(expect.objectContaining({type: 'recovered', part: 'worker'}));
      }),
    ));

  it('asks with the same request until one is taken', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, journal, seq}) => {
        state.ask = ['busy', 'away', 'busy'];
        const asked = ask();
        await time.advance(10_000);
        expect(state.asked.map(({requestId}) => requestId)).toEqual(['request-1']);
        expect(journal.requests(seq)).toHaveLength(1);
        await answer('request-1');
        await asked;
        expect(state.released).toEqual(['untaken', 'untaken', 'untaken', 'answered']);
      }),
    ));

  it('is asked again after a time-out, elsewhere first, and is not asked after its attempts; a late answer still counts', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, types, journal, seq}) => {
        const asked = ask();
        await time.advance(50_000);
        expect(await asked).toEqual({end: 'spent'});
        expect(state.asked.map(({requestId}) => requestId)).toEqual(['request-1', 'request-2']);
        expect(state.avoided).toEqual([[], ['http://worker']]);
        expect(state.released).toEqual(['timeout', 'timeout']);
        expect(journal.requests(seq)).toMatchObject([{ended: 'timeout'}, {ended: 'timeout'}]);
        expect(types().filter((type) => type.startsWith('job_'))).toEqual([
          'job_asked',
          'job_retry WORKER_TIMEOUT',
          'job_asked',
          'job_listening WORKER_TIMEOUT',
        ]);
        expect(await ask()).toEqual({end: 'spent'});
        expect(await answer('request-1', 'late')).toBe(200);
        expect(journal.get(seq)?.state).toBe('concluded');
      }),
    ));

  it('is asked again at once when its worker starts anew', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, journal, seq}) => {
        const asked = ask();
        await time.advance(5_000);
        state.lose();
        await time.advance(1_000);
        expect(state.asked).toHaveLength(2);
        await answer('request-2');
        expect(await asked).toMatchObject({end: 'answered'});
        expect(journal.requests(seq)).toMatchObject([{ended: 'lost'}, {ended: null}]);
        expect(state.released).toEqual(['lost', 'answered']);
      }),
    ));

  it('counts a request whose connection broke as taken', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, journal, seq}) => {
        state.ask = ['lost', 'lost'];
        const asked = ask();
        await time.advance(10_000);
        expect(await asked).toEqual({end: 'spent'});
        expect(journal.requests(seq)).toMatchObject([{ended: 'lost'}, {ended: 'lost'}]);
      }),
    ));

  it('is asked again when what came is no answer', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, answer, types}) => {
        const asked = ask();
        await time.advance(1_000);
        expect(await answer('request-1', '')).toBe(422);
        await time.advance(1_000);
        expect(state.asked).toHaveLength(2);
        expect(await answer('request-2', 'better')).toBe(200);
        expect(await asked).toMatchObject({end: 'answered', answer: {result: 'better'}});
        expect(types()).toContain('job_retry WORKER_BAD_ANSWER');
      }),
    ));

  it('is not asked about by a request that got its place when the job was over', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, askEarlyAt}) => {
        const {early, free} = askEarlyAt();
        const asked = ask(never, {early});
        await time.advance(LIMITS.deadlineMs);
        expect(await asked).toEqual({end: 'overdue'});
        free();
        await time.advance(0);
        expect(state.asked).toEqual([]);
        expect(state.released).toEqual(['untaken']);
      }),
    ));

  it('is asked about by the request that was put while it was written down, once', () =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask, askEarlyAt, answer, journal, seq}) => {
        const {early, free} = askEarlyAt();
        await journal.ask({requestId: early.requestId, seq, kind: 'opml', attempt: 1, askedAt: 1});
        const asked = ask(never, {early});
        free();
        await time.advance(0);
        expect(state.asked.map(({requestId}) => requestId)).toEqual([early.requestId]);
        await answer(early.requestId);
        expect(await asked).toMatchObject({end: 'answered'});
        expect(state.released).toEqual(['answered']);
      }),
    ));

  it('is named in its events by a mark of the request, never by its id', () =>
    inTempDir((dir) =>
      stage(dir, async ({ask, answer, time, events}) => {
        const asked = ask();
        await time.advance(100);
        await answer('request-1');
        await asked;
        expect(events).toMatchObject([
          {type: 'job_asked', request: requestMark('request-1'), attempt: 1},
          {type: 'job_answered', request: requestMark('request-1')},
        ]);
        expect(JSON.stringify(events)).not.toContain('request-1');
      }),
    ));

  it('leaves its worker when that refuses what the request says', () =>
    inTempDir((dir) =>
      stage(dir, async ({state, ask, journal, seq}) => {
        state.ask = ['refused'];
        expect(await ask()).toMatchObject({end: 'refused', error: {code: 'WORKER_REFUSED'}});
        expect(journal.failed(seq)).toBe(0);
      }),
    ));

  it.each([[[]], [Array<Says>(200).fill('away')]])('ends at its deadline', (ready) =>
    inTempDir((dir) =>
      stage(dir, async ({time, state, ask}) => {
        state.ready = [...ready];
        const asked = ask();
        await time.advance(15_000);
        state.lose = () => undefined;
        await time.advance(LIMITS.deadlineMs);
        expect(['overdue', 'spent']).toContain((await asked).end);
      }),
    ),
  );
});

describe('after a restart', () => {
  /** A run that ends twelve seconds after the worker took the request. */
  const firstRun = async ({time, ask, journal, seq}: Awaited<ReturnType<typeof open>>): Promise<void> => {
    const end = new AbortController();
    const asked = ask(end.signal);
    const ended = expect(asked).rejects.toMatchObject({code: 'INTERRUPTED'});
    await time.advance(12_000);
    end.abort(new AosError('INTERRUPTED', 'it ends'));
    await ended;
    expect(journal.requests(seq)).toMatchObject([
      {worker: {url: 'http://worker', nodeId: 'start-1'}, ended: null},
    ]);
  };

  it('the request that was taken is waited for a moment, and then another one is put: the callback may have come meanwhile', () =>
    inTempDir((dir) =>
      stage(dir, async (at) => {
        await firstRun(at);
        const asked = at.ask();
        await at.time.advance(2_900);
        expect(at.state.asked).toHaveLength(1);
        await at.time.advance(600);
        expect(at.state.asked.map(({requestId}) => requestId)).toEqual(['request-1', 'request-2']);
        // It was no fault of the worker.
        expect(at.journal.failed(at.seq)).toBe(0);
        expect(await at.answer('request-1', 'the first')).toBe(200);
        expect(await asked).toMatchObject({end: 'answered', answer: {result: 'the first'}});
        expect(await at.answer('request-2', 'the second')).toBe(200);
      }),
    ));

  it.each([[[]], [Array<Says>(5).fill('busy')], [Array<Says>(5).fill('away')]])(
    'its answer counts, whatever the worker says meanwhile',
    (ready) =>
      inTempDir((dir) =>
        stage(dir, async (at) => {
          await firstRun(at);
          at.state.ready = [...ready];
          const asked = at.ask();
          await at.time.advance(2_000);
          expect(at.state.asked).toHaveLength(1);
          expect(await at.answer('request-1', 'from before')).toBe(200);
          expect(await asked).toMatchObject({end: 'answered', answer: {result: 'from before'}});
          expect(at.journal.failed(at.seq)).toBe(0);
        }),
      ),
  );

  it('it is put again at once when the worker has started anew too', () =>
    inTempDir((dir) =>
      stage(dir, async (at) => {
        await firstRun(at);
        at.state.nodeId = 'start-2';
        const asked = at.ask();
        await at.time.advance(1_000);
        expect(at.state.asked).toHaveLength(2);
        expect(at.journal.requests(at.seq)).toMatchObject([{ended: 'lost'}, {ended: null}]);
        await at.answer('request-2');
        await asked;
      }),
    ));

  it('is not waited for any more when the operator stops: the job waits in the journal', () =>
    inTempDir((dir) =>
      stage(dir, async (at) => {
        await firstRun(at);
        const stop = new AbortController();
        const asked = at.ask(never, {stopping: stop.signal});
        const ended = expect(asked).rejects.toMatchObject({code: 'INTERRUPTED'});
        await at.time.advance(500);
        const began = at.time.monotonic();
        stop.abort(new AosError('INTERRUPTED', 'it stops'));
        await ended;
        expect(at.time.monotonic()).toBe(began);
        expect(at.journal.failed(at.seq)).toBe(0);
        expect(at.state.asked).toHaveLength(1);
      }),
    ));

  it('a request that no worker took is put as it is', () =>
    inTempDir((dir) =>
      stage(dir, async (at) => {
        await at.journal.ask({requestId: 'of before', seq: at.seq, kind: 'opml', attempt: 1, askedAt: 1});
        const asked = at.ask();
        await at.time.advance(100);
        expect(at.state.asked.map(({requestId}) => requestId)).toEqual(['of before']);
        await at.answer('of before');
        await asked;
        expect(at.journal.requests(at.seq)).toHaveLength(1);
      }),
    ));
});
