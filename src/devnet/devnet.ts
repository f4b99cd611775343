import {randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {AosError, errorText, isAosError} from '../lib/foundation/errors/error.ts';
import {checksumAddress} from '../lib/protocol/wire/ethereum.ts';
import {makeDirectory} from '../lib/foundation/system/make-directory.ts';
import {startAnvil} from './chain/anvil.ts';
import {makeBlsKey} from './chain/bls-key.ts';
import {mineOnArrival} from './chain/blocks.ts';
import {deployAos} from './chain/deploy.ts';
import {createDevChain} from './chain/contracts.ts';
import {devnetConfig} from './devnet-config.ts';
import {type DevnetUrls, isAlive, removeDevnetFile, writeDevnetFile} from '../lib/config/devnet-file.ts';
import {startDispatcher, type DevDispatcher} from './dispatcher/dispatcher.ts';
import type {DispatcherEvent} from './dispatcher/events.ts';
import {startFeed} from './feed.ts';
import {listenOn} from './net/listen.ts';
import {startMonitor, type Probe} from './monitor.ts';
import {startOpmlWorker} from './worker/opml-worker.ts';
import {devnetPaths} from './paths.ts';
import {startDevSigner} from './signer/signer.ts';

export type DevnetPorts = Partial<
  Record<'chain' | 'signer' | 'dispatcher' | 'dispatcherHttp' | 'operator' | 'worker', number | undefined>
>;

export type DevnetOptions = {
  /** Directory for what the devnet writes; a folder of its own is made in it. */
  dir: string;
  /** Where the running devnet is noted (`devnet.json`). */
  file: string;
  /** Zero or absent: a free one. */
  ports: DevnetPorts;
  /** Sampling range of the default operator. */
  range: {start: bigint; end: bigint};
  redeliver: boolean;
  /** Submit a job this often while an operator is connected; null: never. */
  jobEveryMs: number | null;
  on: (event: DevnetEvent) => void;
};

export type DevnetEvent =
  ({source: 'dispatcher'} & DispatcherEvent) | ({source: 'monitor'; type: 'probe'; target: string} & Probe);

export type Devnet = {
  /** Path of a config.yaml that works. */
  config: string;
  operator: string;
  urls: DevnetUrls;
  contracts: {vrfRange: string};
  /** What the signer has to say about itself. */
  banner: string;
  dispatcher: DevDispatcher;
  close(): Promise<void>;
};

export const DEVNET_CHAIN_ID = 31_337;
const BLOCK_TIME_S = 5;
const GAS_LIMIT = 50_000_000;

/**
 * A whole AOS network on loopback: chain with the range contract, signer, dispatcher, online detection and an opml
 * worker. Everything it started ends with `close`, also when a later part fails to start.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: DevnetOptions,
  closers: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Devnet> {
  const {ports} = options;
  const folder = makeOwnFolder(options.dir);
  closers.push(() => rmSync(folder, {recursive: true, force: true}));

  // The chain and the model start side by side: both take a moment.
  const [anvil, worker] = await allOrError([
    startAnvil({
      port: ports.chain ?? 0,
      blockTime: BLOCK_TIME_S,
      gasLimit: GAS_LIMIT,
      chainId: DEVNET_CHAIN_ID,
    }).then((started) => {
      closers.push(() => started.close());
      return started;
    }),
    startOpmlWorker({host: '127.0.0.1', port: ports.worker ?? 0, ...devnetPaths()}).then((started) => {
      closers.push(() => started.close());
      return started;
    }),
  ]);
  const signer = await startDevSigner({
    port: ports.signer ?? 0,
    chainId: DEVNET_CHAIN_ID,
    downstreamUrl: anvil.url,
  });
  closers.push(() => signer.close());
  const operator = checksumAddress(signer.addresses()[0] ?? '');

  // An EigenLayer operator with stake and a range, not registered at the AVS: that is what aos register is for.
  const [deployed, bls] = await allOrError([
    deployAos(anvil.url, {flow: 'bls', operator, range: options.range}),
    makeBlsKey(folder),
  ]);
  closers.push(await mineOnArrival(anvil.url, BLOCK_TIME_S * 1_000));
  const rangeContract = deployed.range_manager;
  const chain = createDevChain(anvil.url);

  const dispatcher = await startDispatcher({
    wsPort: ports.dispatcher ?? 0,
    httpPort: ports.dispatcherHttp ?? 0,
    key: randomBytes(32).toString('hex'),
    redeliver: options.redeliver,
    range: (address) => chain.readRange(rangeContract, address),
    on: (event) => options.on({source: 'dispatcher', ...event}),
  });
  closers.push(() => dispatcher.close());

  const operatorPort = ports.operator ?? (await freePort());
  const urls: DevnetUrls = {
    chain: anvil.url,
    signer: signer.url,
    dispatcher: dispatcher.url,
    dispatcherHttp: dispatcher.httpUrl,
    operator: `http://127.0.0.1:${operatorPort}`,
    worker: worker.url,
  };
  // The online detection knows an operator from its first connection on; then it asks, connected or not.
  const closing = new AbortController();
  const monitor = dispatcher
    .waitFor(({connects}) => connects > 0, closing.signal)
    .then(
      () =>
        startMonitor({
          targets: () => [urls.operator],
          on: (target, probe) => options.on({source: 'monitor', type: 'probe', target, ...probe}),
        }),
      () => null, // closed before anyone connected
    );
  closers.push(async () => {
    closing.abort();
    await (await monitor)?.close();
  });

  const contracts = {vrfRange: rangeContract};
  const networkStart = new Date();
  const vrfKeyFile = path.join(folder, 'vrf.key');
  writeFileSync(vrfKeyFile, `${randomBytes(32).toString('hex')}\n`, {mode: 0o600});
  const config = path.join(folder, 'config.yaml');
  const facts = {
    operator,
    dispatcherAddress: dispatcher.address,
    urls,
    deployed,
    networkStart,
    vrfKeyFile,
    ...bls,
    storeDir: path.join(folder, 'state'),
  };
  writeFileSync(config, devnetConfig(facts), {mode: 0o600});
  const hidden = writeDevnetFile(options.file, {pid: process.pid, config, urls});
  closers.push(() => removeDevnetFile(options.file, hidden));

  if (options.jobEveryMs !== null) {
    const feeding = new AbortController();
    closers.push(() => feeding.abort());
    startFeed(dispatcher, options.jobEveryMs, feeding.signal);
  }
  return {config, operator, urls, contracts, banner: signer.banner, dispatcher, close};
}

/** As Promise.all, but waits for all of them first: what starts late must be known before everything is closed. */
async function allOrError<A, B>(promises: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** @throws AosError STATE_DIR_UNWRITABLE */
function makeOwnFolder(dir: string): string {
  try {
    return makeFolder(dir);
  } catch (error) {
    throw new AosError('STATE_DIR_UNWRITABLE', `${dir} cannot be written: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** A folder named by our pid; those of devnets that did not end by themselves are swept away. */
function makeFolder(dir: string): string {
  makeDirectory(dir, 0o700);
  for (const name of readdirSync(dir)) {
    const pid = /^(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(path.join(dir, name), {recursive: true, force: true});
  }
  const folder = path.join(dir, `${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, {mode: 0o700});
  return folder;
}

/** A port that was free just now: the operator that is to listen on it is another process, started later. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    try {
      return await listenOn(server, '127.0.0.1', 0);
    } catch (error) {
      if (!isAosError(error, 'PORT_IN_USE')) throw error;
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }
}
