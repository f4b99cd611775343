import {spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {startAnvil} from '../src/devnet/chain/anvil.ts';
import {createDevChain} from '../src/devnet/chain/contracts.ts';
import {listenOn} from '../src/devnet/net/listen.ts';
import type {DispatcherVersion} from '../src/devnet/start-dispatcher.ts';
import {checksumAddress} from '../src/lib/protocol/wire/ethereum.ts';
import {awaitOperator} from './dispatcher-requests.ts';
import {profileArgs, startChild, type Child} from './processes.ts';
import {startInstantWorker} from './instant-worker.ts';

/** What all parts share: a chain, a signer and a worker that answers at once. */
export type Network = {
  /** A folder on the disk that is measured. */
  dir: string;
  signer: Child & {url: string; address: string};
  /** Starts a dispatcher, which knows of no job [of the version that is measured]. */
  dispatcher(version?: DispatcherVersion): Promise<Dispatcher>;
  /** Writes the configuration of an operator with an empty journal, and with these workers [the one that answers at once]. */
  prepare(
    dispatcher: Dispatcher,
    selecting: Selecting,
    workers?: (home: string) => Readonly<Record<string, unknown>>,
  ): Promise<Prepared>;
  /** Starts `aos run` with an empty journal. */
  operator(dispatcher: Dispatcher, selecting: Selecting): Promise<Operator>;
  close(): Promise<void>;
};

/** A folder of its own with a configuration file, and where the operator will listen. */
type Prepared = {home: string; config: string; url: string};

/** Whether the operator's sampling range selects every job or none. */
export type Selecting = 'all' | 'none';

export type Dispatcher = Child & {url: string; address: string; version: DispatcherVersion};

export type Operator = {
  pid: number;
  home: string;
  url: string;
  /** Starts it anew, with the same journal, when it was killed. */
  again(): Promise<Operator>;
  close(): Promise<void>;
};

const EVERY_JOB = {start: 0n, end: 600_000n};

export async function startNetwork(root: string, measured: DispatcherVersion): Promise<Network> {
  const closers: (() => Promise<void> | void)[] = [];
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-bench-'));
  closers.push(() => rmSync(dir, {recursive: true, force: true}));
  const anvil = await startAnvil({chainId: 31_337});
  closers.push(() => anvil.close());
  const chain = createDevChain(anvil.url);
  // A contract that does not know the operator gives it no range, and so no job at all.
  const ranges = {all: await chain.deployRange(), none: await chain.deployRange()};
  const signer = await startNamed('signer-process');
  closers.push(() => signer.close());
  const worker = await startInstantWorker();
  closers.push(() => worker.close());
  const node = checksumAddress(signer.address);
  await chain.setRange(ranges.all, node, EVERY_JOB);

  const prepare: Network['prepare'] = async (dispatcher, selecting, workersIn) => {
    const home = mkdtempSync(path.join(dir, 'operator-'));
    const vrfKeyFile = path.join(home, 'vrf.key');
    writeFileSync(vrfKeyFile, randomBytes(32).toString('hex'), {mode: 0o600});
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const config = path.join(home, 'config.yaml');
    const workers = workersIn?.(home) ?? {opml: {url: worker.url}};
    const lines = [
      'network: devnet',
      `node: {node_id: "${node}", signer_key: "${signer.url}", vrf_key_file: "${vrfKeyFile}"${signedBy(dispatcher)}}`,
      `net: {rest_url: "127.0.0.1:${port}", metrics_url: "127.0.0.1:0", dispatcher_url: "${dispatcher.url}", callback_url: "${url}", verify_dispatcher: ${dispatcher.version === 'head' ? 'when-signed' : 'require'}}`,
      `chain: {chain_rpc_url: "${anvil.url}", vrf_range_contract: "${ranges[selecting]}"}`,
      // JSON is YAML.
      `workers: ${JSON.stringify(workers)}`,
      `store: {dir: "${path.join(home, 'state')}"}`,
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    return {home, config, url};
  };

  return {
    dir,
    signer,
    prepare,
    dispatcher: async (version = measured) => ({
      ...(await startNamed('dispatcher-process', version)),
      version,
    }),
    async operator(dispatcher, selecting) {
      const {home, config, url} = await prepare(dispatcher, selecting);
      const start = (): Operator => {
        const {ended: isOver, ...running} = runOperator(root, home, config);
        return {...running, home, url, again: () => isOver.then(start)};
      };
      return start();
    },
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer();
    },
  };
}

/** The built CLI as a service runs it: log lines (logfmt) into a file. */
function runOperator(
  root: string,
  home: string,
  config: string,
): Pick<Operator, 'pid' | 'close'> & {ended: Promise<void>} {
  const logFile = path.join(home, 'stderr.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [...profileArgs('operator'), path.join(root, 'bin/run.cjs'), 'run', '-c', config],
    {
      stdio: ['ignore', 'ignore', log],
      env: {...process.env, AOS_HOME: home},
    },
  );
  closeSync(log);
  child.once('exit', (code, signal) => {
    if (code !== 143 && signal !== 'SIGKILL')
      process.stderr.write(
        `aos run ended with code ${String(code)}\n${readFileSync(logFile, 'utf8').slice(-2000)}\n`,
      );
  });
  const isOver = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {pid: child.pid ?? 0, ended: isOver, close: () => ended(child)};
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Of the configuration: head signs nothing. */
function signedBy({version, address}: Dispatcher): string {
  return version === 'head' ? '' : `, dispatcher_address: "${address}"`;
}

async function startNamed(
  name: string,
  argument: unknown = null,
): Promise<Child & {url: string; address: string}> {
  const child = await startChild(name, argument);
  return {...child, ...(child.ready as {url: string; address: string})};
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOn(server, '127.0.0.1', 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs `work` with a dispatcher of its own and a connected operator, and ends both. */
export async function withOperator<T>(
  network: Network,
  selecting: Selecting,
  work: (dispatcher: Child, operator: Operator) => Promise<T>,
): Promise<T> {
  const dispatcher = await network.dispatcher();
  try {
    const operator = await network.operator(dispatcher, selecting);
    try {
      await awaitOperator(dispatcher);
      return await work(dispatcher, operator);
    } finally {
      await operator.close();
    }
  } finally {
    await dispatcher.close();
  }
}
