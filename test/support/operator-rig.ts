import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {DevDispatcher} from '../../src/devnet/dispatcher/dispatcher.ts';
import {
  startDispatcher,
  type DispatcherOptions,
  type DispatcherVersion,
} from '../../src/devnet/start-dispatcher.ts';
import type {DispatcherEvent} from '../../src/devnet/dispatcher/events.ts';
import {startProxy, type Proxy} from './proxy.ts';
import {startDevSigner, type DevSigner} from '../../src/devnet/signer/signer.ts';
import {createConnection} from '../../src/lib/peers/dispatcher/connection.ts';
import {AosError} from '../../src/lib/foundation/errors/error.ts';
import type {SqliteDriver} from '../../src/lib/node/journal/driver.ts';
import {openJournal, type NodeJournal} from '../../src/lib/node/journal/sqlite.ts';
import type {OperatorEvent, StopReason, Summary} from '../../src/lib/node/events/events.ts';
import {fixedChecks, type AnswerCheck, type RunChecks} from '../../src/lib/node/operator/check-port.ts';
import type {ShownAnswer} from '../../src/lib/node/journal/verdicts.ts';
import {createOperator, type Operator} from '../../src/lib/node/operator/operator.ts';
import type {DiskReader} from '../../src/lib/node/operator/disk-watch.ts';
import type {OperatorOptions} from '../../src/lib/node/operator/options.ts';
import type {
  BlockReader,
  DispatcherConnection,
  Prover,
  RangeReader,
  ResultReader,
  WatchedWorker,
  Worker,
} from '../../src/lib/node/operator/ports.ts';
import {openRunSigners, watchedWhile} from '../../src/lib/features/run/signers.ts';
import {recoverAddress} from '../../src/lib/protocol/wire/key-address.ts';
import {startOperatorServer} from '../../src/lib/node/operator/http/server.ts';
import {createWeb3Signer} from '../../src/lib/peers/signer/web3signer.ts';
import {loadVrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import type {SamplingRange} from '../../src/lib/protocol/vrf/sampling.ts';
import type {WorkerConfig} from '../../src/lib/config/config.ts';
import {createWorkers} from '../../src/lib/peers/worker/workers.ts';
import {bodyOf, OPERATOR} from './signer.ts';
import {quietTime, type QuietTime, type QuietTimeOptions} from './quiet-time.ts';
import {createSteadyTime} from '../../src/lib/foundation/time/steady-time.ts';
import {mortalTime} from './virtual-time.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import type {Journal} from '../../src/lib/node/journal/journal.ts';

const DISPATCHER_KEY = createHash('sha256').update('dispatcher').digest('hex');
const MAX = 600_000n;

/** Has something closed later; the last that came is closed first. */
export type AtEnd = (close: () => void | Promise<void>) => void;

export type Asked = {model: string; prompt: string; req_id: string; callback: string};

/** A worker in the reference API that does what the test says. */
export type TestWorker = {
  url: string;
  asked: Asked[];
  /**
   * What a question is answered with over HTTP, 0: it hangs up; the callback is `onQuestion`'s business [200, and answers at
   * once].
   */
  onQuestion: (question: Asked) => number | Promise<number>;
  /** The body of `GET /api/v1/status` ['{"msg":"0"}'], or 'hang-up'. */
  status: string;
  /** Posts an answer; resolves with the HTTP status it got, 0 when nobody was there. */
  answer(question: Asked, change?: {req_id?: string; answer?: string}): Promise<number>;
};

export async function testWorker(atEnd: AtEnd = onTestFinished): Promise<TestWorker> {
  const worker: TestWorker = {
    url: '',
    asked: [],
    status: '{"msg":"0"}',
    onQuestion: (question) => {
      void worker.answer(question);
      return 200;
    },
    answer: async (question, change = {}) => {
      const {req_id, model, prompt, callback} = question;
      const body = {
        req_id,
        node_id: '',
        model,
        prompt,
        answer: answerTo(prompt),
        state_root: '00',
        ...change,
      };
      const answered = await fetch(callback, {method: 'POST', body: JSON.stringify(body)}).catch(
        () => undefined,
      );
      return answered?.status ?? 0;
    },
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      if (worker.status === 'hang-up') request.socket.destroy();
      else response.end(worker.status);
      return;
    }
    void bodyOf(request).then(async (body) => {
      const question = JSON.parse(body) as Asked;
      worker.asked.push(question);
      const status = await worker.onQuestion(question);
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  worker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return worker;
}

/** What {@link TestWorker} answers by itself. */
export const answerTo = (prompt: string): string => `answer to ${prompt}`;

export type Run = {
  events: OperatorEvent[];
  /** Waits for the first event, past or coming, that fits; time passes meanwhile. */
  event<T extends OperatorEvent['type']>(
    type: T,
    fits?: (event: Extract<OperatorEvent, {type: T}>) => boolean,
  ): Promise<Extract<OperatorEvent, {type: T}>>;
  /** The same for those that wait for more than this: time does not pass by itself. */
  comes: Run['event'];
  of<T extends OperatorEvent['type']>(type: T): Extract<OperatorEvent, {type: T}>[];
  journal: NodeJournal;
  /** Has jobs asked about again, as `aos job retry` does. */
  askAgain: Operator['askAgain'];
  /** Delivers the held answer of a job, as `aos job release` does. */
  release: (seq: number, shown?: ShownAnswer) => ReturnType<Operator['release']>;
  /** Its place at the dispatcher, as `aos drain` moves it. */
  door: Operator['door'];
  /** Tells it to stop; resolves with its summary. */
  stop(reason?: StopReason): Promise<Summary>;
  done: Promise<Summary>;
  /** Waits for its end; time passes meanwhile. */
  ended(): Promise<Summary>;
  /** As a kill -9: from now on it reads, writes and sends nothing; its journal can be opened again. */
  crash(): Promise<void>;
};

export type Rig = {
  dispatcher: DevDispatcher;
  dispatched: DispatcherEvent[];
  /** In front of the dispatcher's WebSocket. */
  proxy: Proxy;
  signer: DevSigner;
  /** In front of the signer. */
  signerProxy: Proxy;
  worker: TestWorker;
  callbackUrl: string;
  dir: string;
  /** Of everything in the rig; passes while a test waits for something of it. */
  time: QuietTime;
  /** What the chain says; the dispatcher's view too. Null: the chain is down. */
  range: {now: SamplingRange | null};
  start(options?: RunOptions): Promise<Run>;
  submit(count: number, from?: number): void;
  /** Waits until so many jobs have their one answer, and says that none got two. */
  answered(count: number): Promise<void>;
};

export type RunOptions = Partial<OperatorOptions> & {
  workers?: readonly (Worker & WatchedWorker)[];
  worker?: Partial<WorkerConfig>;
  driver?: SqliteDriver;
  /** The journal as the operator sees it. */
  journal?: (journal: Journal) => Journal;
  /** The dispatcher to connect to instead of the rig's. */
  url?: string;
  /** Limit of one signature, ms of the machine's time [60 s]; for a signer alone. */
  signerLimitMs?: number;
  /** URLs of signers that stand in for the rig's. */
  standIns?: readonly string[];
  /** Waits between two tries of the connection, else those of `aos run`. */
  backoff?: {firstMs: number; capMs: number};
  /** What waits are jittered by [Math.random]. */
  random?: () => number;
  /** How far the wall clock of the machine is ahead of the true time, ms [0]. */
  clockAhead?: () => number;
  /** Whether the rules of a restored journal hold [they do not], and what the dispatcher keeps. */
  isRestored?: () => boolean;
  resultReader?: ResultReader;
  /** The disk of the journal [with room]. */
  disk?: DiskReader;
  /** What answers go through before they are delivered [nothing]. */
  checks?: RunChecks | readonly AnswerCheck[];
};

export type RigOptions = {
  /** A friendly one, unless a version is named. */
  dispatcher?: Partial<DispatcherOptions>;
  range?: [bigint, bigint];
  haste?: QuietTimeOptions['haste'];
  /** True while a thread of the test works: no time passes then. */
  isBusy?: () => boolean;
  /** The state directory [one of its own]. */
  dir?: string;
  /** Else proofs are made inline. */
  prover?: Prover;
  /** When the rig is closed [when the test ends]. */
  atEnd?: AtEnd;
};

/** A disk with room. */
const ROOMY: DiskReader = {
  dir: '/var/lib/aos',
  read: () =>
    Promise.resolve({freeBytes: 2 ** 40, bytes: 2 ** 41, freeFiles: 1e6, files: 1e6, journalBytes: 4_096}),
};

/** The key of the rig's operator. */
export const VRF_SEED = createHash('sha256').update('vrf').digest();

/** Everything around an operator, real but for the chain, on loopback. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const {atEnd = onTestFinished} = options;
  const [start, end] = options.range ?? [0n, MAX];
  const range: Rig['range'] = {now: {start, end, max: MAX, block: 1n}};
  const known = range.now;
  const dispatched: DispatcherEvent[] = [];
  let proofs = 0;
  const time = quietTime({
    isBusy: () => proofs > 0 || options.isBusy?.() === true,
    ...(options.haste === undefined ? {} : {haste: options.haste}),
  });
  const version: DispatcherVersion = options.dispatcher?.version ?? 'friendly';
  const dispatcher = await startDispatcher({
    version,
    time,
    key: DISPATCHER_KEY,
    range: () => range.now ?? known ?? {start, end, max: MAX, block: null},
    on: (event) => dispatched.push(event),
    ...options.dispatcher,
  });
  atEnd(() => dispatcher.close());
  const signer = await startDevSigner({chainId: 31337});
  atEnd(() => signer.close());
  const proxy = await proxyTo(dispatcher.url, atEnd);
  const signerProxy = await proxyTo(signer.url, atEnd);
  const worker = await testWorker(atEnd);
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'aos-rig-'));
  atEnd(() => rmSync(dir, {recursive: true, force: true}));
  const proving = options.prover ?? (await loadVrf()).prover(VRF_SEED);
  const prover: Prover = {
    publicKey: proving.publicKey,
    prove: (alpha, aside) => {
      const proof = proving.prove(alpha, aside);
      if (!(proof instanceof Promise)) return proof;
      proofs += 1;
      return proof.finally(() => (proofs -= 1));
    },
  };

  let present: Operator | undefined;
  const server = await startOperatorServer(
    {
      listen: {host: '127.0.0.1', port: 0},
      callbacks: null,
      teePort: null,
      callbackUrl: 'http://127.0.0.1',
      trustedProxies: [],
      files: {limit: 1_000_000, lack: () => null},
      // The sockets are real ones: virtual time would end them before their bytes come.
      time: systemTime,
    },
    {
      onProbe: (caller) => present?.onHttpProbe(caller),
      onRefused: (refusal) => present?.onRefused(refusal),
      isKnownRequest: (id) => present?.isKnownRequest(id) ?? Promise.resolve(false),
      onCallback: (kind, body) =>
        present?.onCallback(kind, body) ?? Promise.reject(new Error('nobody works')),
    },
  );
  atEnd(() => server.close());

  const rangeReader: RangeReader = {
    read: () =>
      range.now === null
        ? Promise.reject(new AosError('CHAIN_UNREACHABLE', 'the chain is down'))
        : Promise.resolve(range.now),
  };

  const blockReader: BlockReader = {
    newest: () =>
      range.now === null
        ? Promise.reject(new AosError('CHAIN_UNREACHABLE', 'the chain is down'))
        : Promise.resolve({number: range.now.block ?? 0n, at: time.now()}),
  };

  async function startRun(run: RunOptions = {}): Promise<Run> {
    const {
      workers,
      worker: patience,
      driver,
      journal: seen,
      backoff,
      signerLimitMs = 60_000,
      standIns = [],
      random = Math.random,
      clockAhead = () => 0,
      disk,
      isRestored,
      resultReader,
      checks = [],
      url = `ws://127.0.0.1:${proxy.port}/ws`,
      ...change
    } = run;
    const machine = {...time, now: () => time.now() + clockAhead()};
    const journal = await openJournal({
      dir,
      clockId: 1n,
      time: machine,
      ...(driver === undefined ? {} : {driver}),
    });
    const dead = new AbortController();
    const killed = new AbortController();
    const ownTime = mortalTime(machine, killed.signal);
    const own = mortalJournal(journal, dead.signal);
    let emit: Operator['emit'] = () => {};
    const signerUrl = `http://127.0.0.1:${signerProxy.port}`;
    const line =
      standIns.length === 0
        ? null
        : openRunSigners(
            {node: {id: OPERATOR, signerUrl, otherSigners: standIns, signerTls: null}},
            {time: ownTime, emit: (event) => emit(event), recover: recoverAddress},
          );
    const web3signer =
      line ?? createWeb3Signer({url: signerUrl, address: OPERATOR, timeoutMs: signerLimitMs});
    const limits = {
      urls: [worker.url],
      concurrency: 4,
      readyTimeoutMs: 60_000,
      answerTimeoutMs: 20_000,
      attempts: 3,
      deadlineMs: 600_000,
      onFailure: 'silent',
    } as const;
    const opml = createWorkers('opml', {...limits, ...patience}, {time: ownTime});
    const connection = createConnection({
      url,
      pingIntervalMs: 10_000,
      time: ownTime,
      random,
      ...(backoff === undefined ? {} : {backoff}),
    });
    const events: OperatorEvent[] = [];
    const watchers = new Set<(event: OperatorEvent) => void>();
    const stop = new AbortController();
    const operator = createOperator(
      {
        nodeId: OPERATOR,
        network: 'devnet',
        version: '0.0.0',
        clockId: null,
        callbackUrl: server.callbackUrl,
        dispatcherUrl: dispatcher.url,
        verifyDispatcher: version === 'head' ? 'when-signed' : 'require',
        dispatcherAddress: version === 'head' ? null : dispatcher.address,
        noJobAfterMs: null,
        countsLocalProbes: true,
        probeIntervalMs: 10_000,
        vrfSortPrecision: 6,
        rangeRefreshMs: 60_000,
        evidenceMs: 3_600_000_000,
        retentionMs: 3_600_000_000,
        shutdownGraceMs: 60_000,
        maxAccepted: null,
        ...change,
      },
      {
        time: createSteadyTime(ownTime),
        random,
        newId: randomUUID,
        newSecretId: () => randomBytes(16).toString('hex'),
        signer: web3signer,
        connection: mortal(connection, dead.signal),
        rangeReader,
        blockReader,
        workers: workers ?? [{...opml, ...patience}],
        checks: 'now' in checks ? checks : fixedChecks(checks),
        journal: seen === undefined ? own : seen(own),
        disk: disk ?? ROOMY,
        isRestored,
        ...(resultReader === undefined ? {} : {resultReader}),
        prover,
        onEvent: (event) => {
          if (dead.signal.aborted) return;
          events.push(event);
          for (const watcher of watchers) watcher(event);
        },
      },
    );
    present = operator;
    ({emit} = operator);
    const done =
      line === null
        ? operator.run(stop.signal)
        : watchedWhile(line, stop.signal, () => operator.run(stop.signal));
    const closing = done
      .catch(() => undefined) // the test sees it by `done`
      .then(() => Promise.all([web3signer.close(), opml.close()]))
      .then(() => journal.close());
    atEnd(async () => {
      // One that crashed has closed what it had; it may wait for ever for what never happens.
      if (dead.signal.aborted) return;
      stop.abort('SIGTERM');
      dead.abort();
      await time.during(closing, 'the end of a run');
    });
    const comes: Run['event'] = (type, fits = () => true) =>
      new Promise((resolve) => {
        const look = (event: OperatorEvent): void => {
          const same = event as Extract<OperatorEvent, {type: typeof type}>;
          if (event.type !== type || !fits(same)) return;
          watchers.delete(look);
          resolve(same);
        };
        watchers.add(look);
        for (const event of events) look(event);
      });
    const ended = (): Promise<Summary> => time.during(done, 'the end of the operator');

    return {
      events,
      journal,
      askAgain: operator.askAgain,
      release: (seq, shown) => operator.release(seq, shown ?? null),
      door: operator.door,
      done,
      ended,
      comes,
      event: (type, fits) => time.during(comes(type, fits), type),
      of: (type) => events.filter((event): event is never => event.type === type),
      stop: async (reason = 'SIGTERM') => {
        stop.abort(reason);
        const summary = await ended();
        await closing;
        return summary;
      },
      crash: async () => {
        dead.abort();
        killed.abort();
        present = undefined;
        stop.abort('fatal');
        await journal.close();
        await Promise.all([web3signer.close(), opml.close()]);
      },
    };
  }

  const waitFor: DevDispatcher['waitFor'] = (condition, signal) =>
    time.during(dispatcher.waitFor(condition, signal), 'the dispatcher');

  return {
    dispatcher: {...dispatcher, waitFor},
    dispatched,
    proxy,
    signer,
    signerProxy,
    worker,
    callbackUrl: server.callbackUrl,
    dir,
    time,
    range,
    start: startRun,
    submit: (count, from = 0) => {
      for (let n = from; n < from + count; n += 1)
        dispatcher.submit({prompt: `prompt ${n}`, jobId: `job-${n}`});
    },
    answered: async (count) => {
      const stats = await waitFor(({accepted}) => accepted >= count);
      if (stats.accepted !== count || stats.conflicts !== 0) {
        throw new Error(`${stats.accepted} accepted, ${stats.conflicts} conflicts; expected ${count} and 0`);
      }
    },
  };
}

async function proxyTo(url: string, atEnd: AtEnd): Promise<Proxy> {
  const {hostname, port} = new URL(url);
  const proxy = await startProxy({target: {host: hostname, port: Number(port)}});
  atEnd(() => proxy.close());
  return proxy;
}

/** The connection of a process that can be killed. */
function mortal(connection: DispatcherConnection, dead: AbortSignal): DispatcherConnection {
  return {
    ...connection,
    run: (handlers, signal) =>
      connection.run(
        {
          onOpen: () => {
            if (!dead.aborted) handlers.onOpen();
          },
          onFrame: (bytes) => {
            if (!dead.aborted) handlers.onFrame(bytes);
          },
          onPing: () => {
            if (!dead.aborted) handlers.onPing();
          },
          onClose: (...end) => handlers.onClose(...end),
        },
        AbortSignal.any([signal, dead]),
      ),
    send: (text) => !dead.aborted && connection.send(text),
  };
}

/** The journal of a process that can be killed: what it asks for after that never happens. */
function mortalJournal(journal: Journal, dead: AbortSignal): Journal {
  const alive =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      dead.aborted
        ? new Promise<never>(() => {})
        : change(...args).then((result) => (dead.aborted ? new Promise<never>(() => {}) : result));
  return {
    ...journal,
    receive: alive(journal.receive),
    select: alive(journal.select),
    conclude: alive(journal.conclude),
    concludeText: alive(journal.concludeText),
    leave: alive(journal.leave),
    retry: alive(journal.retry),
    taken: alive(journal.taken),
    ended: alive(journal.ended),
    signed: alive(journal.signed),
    accepted: alive(journal.accepted),
    expire: alive(journal.expire),
    ask: alive(journal.ask),
    answer: alive(journal.answer),
    checks: {
      ...journal.checks,
      judge: alive(journal.checks.judge),
      release: alive(journal.checks.release),
      waiting: (id) => (dead.aborted ? null : journal.checks.waiting(id)),
      heldFacts: () => (dead.aborted ? null : journal.checks.heldFacts()),
    },
    read: alive(journal.read),
    remember: alive(journal.remember),
    list: (query) => (dead.aborted ? [] : journal.list(query)),
    counts: () =>
      dead.aborted
        ? {received: 0, selected: 0, unanswered: 0, concluded: 0, signed: 0, accepted: 0, expired: 0}
        : journal.counts(),
    pending: () => (dead.aborted ? 0 : journal.pending()),
    withoutAnswer: (...since) => (dead.aborted ? [] : journal.withoutAnswer(...since)),
  };
}
