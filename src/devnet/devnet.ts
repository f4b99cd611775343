import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {type DevnetUrls, removeDevnetFile, writeDevnetFile} from '../lib/config/devnet-file.ts';
import {noteIn} from '../lib/config/running-devnets.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';
import type {WorkerKind} from '../lib/protocol/wire/messages.ts';
import {openActs} from './act/open-acts.ts';
import {startAnvil} from './chain/anvil.ts';
import {mineOnArrival} from './chain/blocks.ts';
import {createDevChain} from './chain/contracts.ts';
import {devFlowNamed} from './chain/contract-sets.ts';
import {deployAos} from './chain/deploy.ts';
import {createRangeWriter} from './chain/range-writer.ts';
import {serveControl} from './control.ts';
import {createBook} from './dispatcher/book.ts';
import type {DevDispatcher} from './dispatcher/dispatcher.ts';
import type {DispatcherEvent} from './dispatcher/events.ts';
import type {DevnetFaults} from './faults.ts';
import {feedOf, startFeed} from './feed.ts';
import {makeOwnFolder} from './folder.ts';
import type {Probe} from './monitor.ts';
import {makeKeys, makeOperators, type DevnetOperator} from './operators.ts';
import {openPart, portOf, type Part} from './part.ts';
import {devnetPaths} from './paths.ts';
import {createStore} from './published/store.ts';
import {changesSignerFault} from './signer-fault.ts';
import {startDevSigner, type DevSigner} from './signer/signer.ts';
import {startDispatcher, type DispatcherVersion} from './start-dispatcher.ts';
import {watchLiveness} from './watch-liveness.ts';
import {openWorkers, type Workers, type WorkersOptions} from './workers.ts';

export type DevnetPorts = Partial<
  Record<
    'chain' | 'signer' | 'dispatcher' | 'dispatcherHttp' | 'operator' | 'worker' | 'teeCallback',
    number | undefined
  >
>;

export type DevnetOptions = WorkersOptions & {
  /** Directory for what the devnet writes; a folder of its own is made in it. */
  dir: string;
  /** Where the running devnet is noted (`devnet.json`). */
  file: string;
  /** Zero or absent: a free one. */
  ports: DevnetPorts;
  dispatcher: DispatcherVersion;
  /** The registry of the AVS, by its name in `--flow`; null: that of the AOS network. */
  flow: string | null;
  /** Sampling range of the operators, which a published dispatcher gives again to who registers. */
  range: {start: bigint; end: bigint};
  /** Of the friendly dispatcher. */
  redeliver: boolean;
  /** Seconds between two blocks, which transactions wait for; null: mined when they arrive, and a block every 5 s. */
  blockTimeS: number | null;
  /** How many operators there are, each with a key of the signer and a configuration. */
  operators: number;
  /** Submit a job this often while an operator is connected; null: never. */
  jobEveryMs: number | null;
  faults: DevnetFaults;
  /** Ends the start; without it a start runs to its end. */
  stop?: AbortSignal;
  on: (event: DevnetEvent) => void;
};

export type DevnetEvent =
  ({source: 'dispatcher'} & DispatcherEvent) | ({source: 'monitor'; type: 'probe'; target: string} & Probe);

export type Devnet = {
  /** The first is the one of the example key. */
  operators: readonly [DevnetOperator, ...DevnetOperator[]];
  dispatcher: DispatcherVersion;
  /** In the place of the opml worker; null: it is as published, or friendly. */
  engine: DevnetOptions['engine'];
  urls: DevnetUrls;
  contracts: {vrfRange: string};
  /** What the signer has to say about itself. */
  banner: string;
  close(): Promise<void>;
};

export const DEVNET_CHAIN_ID = 31_337;
const BLOCK_TIME_S = 5;
const GAS_LIMIT = 50_000_000;
/** The published dispatcher looks for a receipt this often: at a chain on its own machine, and at any other. */
const RECEIPT_POLL_MS = {onArrival: 250, byBlock: 7_000} as const;

type Closers = (() => unknown)[];

/**
 * A whole AOS network on loopback: chain with the range contract, signer, dispatcher, online detection and workers.
 * Everything it started ends with `close`, also when a later part fails to start, or `stop` aborts before the last one.
 * @throws the reason of `stop`
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return {...(await start(options, closers)), close};
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: DevnetOptions, closers: Closers): Promise<Omit<Devnet, 'close'>> {
  const {ports, range, faults, stop} = options;
  const flow = devFlowNamed(options.flow);
  const folder = makeOwnFolder(options.dir);
  closers.push(() => rmSync(folder, {recursive: true, force: true}));

  let operatorUrls: readonly string[] = [];
  // The chain and the model start side by side: both take a moment.
  const [anvil, workers] = await allOrError([
    startAnvil({
      port: ports.chain ?? 0,
      blockTime: options.blockTimeS ?? BLOCK_TIME_S,
      gasLimit: GAS_LIMIT,
      chainId: DEVNET_CHAIN_ID,
      ...(stop === undefined ? {} : {signal: stop}),
    }).then((started) => {
      closers.push(() => started.close());
      return started;
    }),
    openWorkers(options, {
      closers,
      operatorPort: (operator) => {
        const url = operatorUrls[operator];
        return url === undefined ? null : portOf(url);
      },
      paths: devnetPaths(),
    }),
  ]);
  stop?.throwIfAborted();
  const keys = makeKeys(options.operators);
  const signer = await openPart<DevSigner>((before) =>
    startDevSigner({
      port: before === null ? (ports.signer ?? 0) : portOf(before.url),
      chainId: DEVNET_CHAIN_ID,
      downstreamUrl: anvil.url,
      keys: keys.map(({privateKey}) => privateKey),
      ...(faults.signer === undefined ? {} : {faults: faults.signer}),
    }),
  );
  closers.push(() => signer.stop());

  // EigenLayer operators with stake and a range, not registered at the AVS: that is what aos register is for.
  const [first, ...others] = keys.map(({address}) => address);
  const deployed = await deployAos(anvil.url, {flow, operator: first ?? '', others, range});
  stop?.throwIfAborted();
  if (options.blockTimeS === null) closers.push(await mineOnArrival(anvil.url, BLOCK_TIME_S * 1_000));

  const monitor = watchLiveness((target, probe) =>
    options.on({source: 'monitor', type: 'probe', target, ...probe}),
  );
  closers.push(() => monitor.close());
  const dispatcher = await openDispatcher(options, {
    url: anvil.url,
    rangeContract: deployed.range_manager,
    onConnected: monitor.onConnected,
  });
  closers.push(() => dispatcher.stop());

  const parts = {
    chain: anvil.url,
    signer: signer.current().url,
    dispatcher: dispatcher.current().url,
    dispatcherHttp: dispatcher.current().httpUrl,
  };
  const [leader, ...rest] = await makeOperators(
    folder,
    keys,
    {
      dispatcherAddress: options.dispatcher === 'head' ? null : dispatcher.current().address,
      verifyDispatcher: options.dispatcher === 'head' ? 'when-signed' : 'require',
      urls: parts,
      workers: workers.sections,
      deployed,
      networkStart: new Date(),
    },
    ports.operator,
  );
  if (leader === undefined) throw new AosError('BUG', 'a devnet without an operator');
  operatorUrls = [leader, ...rest].map(({url}) => url);
  monitor.know([leader, ...rest]);

  const act = openActs({
    url: anvil.url,
    contracts: deployed,
    operators: [leader, ...rest],
    folder,
    dispatcher: () => dispatcher.current(),
  });
  const controlled = {dispatcher, signer, worker: workers.part};
  const control = await serveControl(folder, controlled, act, changesSignerFault(signer));
  let forget = (): void => {};
  closers.push(async () => {
    // A devnet without a socket is not noted again by one that ends at the same time.
    await control.close();
    forget();
  });
  const urls: DevnetUrls = {...parts, operator: leader.url, ...workerUrls(workers)};
  const content = {pid: process.pid, config: leader.config, urls, control: control.path};
  writeDevnetFile(noteIn(folder), content);
  const hidden = writeDevnetFile(options.file, content);
  forget = () => removeDevnetFile(options.file, hidden);

  if (options.jobEveryMs !== null) {
    const feeding = new AbortController();
    closers.push(() => feeding.abort());
    const now = (): DevDispatcher | null => (dispatcher.isRunning() ? dispatcher.current() : null);
    startFeed(now, feedOf(options.kinds, workers.proofsUrl), options.jobEveryMs, feeding.signal);
  }
  return {
    operators: [leader, ...rest],
    dispatcher: options.dispatcher,
    engine: options.engine,
    urls,
    contracts: {vrfRange: deployed.range_manager},
    banner: signer.current().banner,
  };
}

/** The worker of the first kind, and those of a kind that is asked by a name. */
function workerUrls(workers: Workers): Pick<DevnetUrls, 'worker' | WorkerKind | 'proofs'> {
  const sections = workers.sections(0);
  const ofKind = (kind: WorkerKind): string | undefined => sections.find((one) => one.kind === kind)?.url;
  return {
    worker: sections[0]?.url ?? '',
    opml: sections.length > 1 ? ofKind('opml') : undefined,
    tee: ofKind('tee'),
    zkml: ofKind('zkml'),
    proofs: workers.proofsUrl ?? undefined,
  };
}

type DispatcherPlace = {url: string; rangeContract: string; onConnected: (operator: string) => void};

/** What a dispatcher knows outlives it, so that one that is started again knows its jobs, rows and operators. */
function openDispatcher(options: DevnetOptions, place: DispatcherPlace): Promise<Part<DevDispatcher>> {
  const {ports, range, faults} = options;
  const chain = createDevChain(place.url);
  const kept = {key: randomBytes(32).toString('hex'), store: createStore(), book: createBook()};
  const assign = createRangeWriter({
    url: place.url,
    contract: place.rangeContract,
    time: systemTime,
    pollMs: options.blockTimeS === null ? RECEIPT_POLL_MS.onArrival : RECEIPT_POLL_MS.byBlock,
  });
  return openPart((before) =>
    startDispatcher({
      ...kept,
      version: options.dispatcher,
      wsPort: before === null ? (ports.dispatcher ?? 0) : portOf(before.url),
      httpPort: before === null ? (ports.dispatcherHttp ?? 0) : portOf(before.httpUrl),
      redeliver: options.redeliver,
      range: (address) => chain.readRange(place.rangeContract, address),
      assign,
      ...(faults.slots === true ? {} : {slot: () => range}),
      ...(faults.dispatcher === undefined ? {} : {faults: faults.dispatcher}),
      on: (event) => {
        if (event.type === 'connected') place.onConnected(event.operator);
        options.on({source: 'dispatcher', ...event});
      },
    }),
  );
}

/** As Promise.all, but waits for all of them first: what starts late must be known before everything is closed. */
async function allOrError<A, B>(promises: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
