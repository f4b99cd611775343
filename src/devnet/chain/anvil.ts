import {spawn, type ChildProcess} from 'node:child_process';
import {createRequire} from 'node:module';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Readable} from 'node:stream';
import {pathOfVariable} from '../../lib/config/user-path.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {killGroup} from '../../lib/foundation/system/kill-group.ts';

/** Settings of the development chain. */
export type AnvilOptions = {
  /** 0 takes any free port. [0] */
  port?: number;
  /** Seconds between two blocks. [5] */
  blockTime?: number;
  gasLimit?: number;
  chainId?: number;
  /** Whether web pages may read it, and have it connect to any address of this machine's networks. [false] */
  webPages?: boolean;
  signal?: AbortSignal;
  /** The environment with AOS_ANVIL and PATH. */
  env?: NodeJS.ProcessEnv;
};

/** A running anvil. */
export type Anvil = {
  url: string;
  /** The process id of anvil itself. */
  pid: number;
  /** Resolves when anvil has ended, for any reason. */
  ended: Promise<void>;
  close(): Promise<void>;
};

/** Limit for anvil to listen; it needs about 0.1 s. */
const START_LIMIT_MS = 30_000;
/** How long `close` waits before it kills the whole process group. */
const CLOSE_LIMIT_MS = 3_000;
/** Blocks whose state anvil keeps, so that the chain of several days stays small. */
const KEPT_BLOCKS = 128;
const TAIL_CHARS = 2_000;

/**
 * Shell script that starts a guard and then becomes anvil. The guard waits for the end of the pipe from this process and
 * kills anvil. The kernel closes the pipe when this process dies, also by kill -9, so anvil never outlives it.
 */
const UNDER_GUARD = `exec 3<&0
{ while read -r line; do :; done <&3; kill -9 $$; } </dev/null >/dev/null 2>&1 &
exec "$0" "$@" </dev/null 3<&-`;

/**
 * Starts anvil on 127.0.0.1, in a process group of its own, which a terminal's Ctrl-C does not reach.
 * @throws AosError ANVIL_MISSING | ANVIL_FAILED (with the end of anvil's output); the signal's reason when aborted
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const {
    port = 0,
    blockTime = 5,
    gasLimit = 50_000_000,
    chainId = 31337,
    webPages = false,
    signal,
    env = process.env,
  } = options;
  signal?.throwIfAborted();
  const program = findAnvil(env);
  const settings = {
    host: '127.0.0.1',
    port,
    'block-time': blockTime,
    'gas-limit': gasLimit,
    'chain-id': chainId,
    'prune-history': KEPT_BLOCKS,
    // The contracts are compiled for this hard fork.
    hardfork: 'cancun',
    // With short epochs, `safe` and `finalized` follow the latest block closely, so that a devnet shows finality.
    'slots-in-an-epoch': 1,
  };
  const args = [
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(webPages ? [] : ['--no-cors']),
  ];
  const child = spawn('/bin/sh', ['-c', UNDER_GUARD, program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env,
  });
  const {stdout, stderr, stdin} = child;
  const complaint = tailOf(stderr);
  // The event `exit` reports its end; a late write error on the pipe adds nothing.
  stdin.on('error', () => {});
  const ended = endOf(child).finally(() => stdin.end());
  const close = async (): Promise<void> => {
    stdin.end();
    await Promise.race([ended, sleep(CLOSE_LIMIT_MS, undefined, {ref: false})]);
    killGroup(child); // in case the guard was killed and cannot kill anvil
    await ended;
  };
  const address = await Promise.race([addressIn(stdout), ended, wait(START_LIMIT_MS, signal)]);
  // Its log is discarded, because a full pipe would block it.
  stdout.removeAllListeners('data').resume();
  if (address !== undefined) return {url: `http://${address}`, pid: child.pid ?? 0, ended, close};
  const {exitCode} = child;
  await close();
  signal?.throwIfAborted();
  throw startFailure({program, port, exitCode, complaint: complaint()});
}

/** Finds anvil: AOS_ANVIL, else the optional npm package of this platform, else `anvil` on PATH. */
function findAnvil(env: NodeJS.ProcessEnv): string {
  const named = env['AOS_ANVIL'] ?? '';
  // A name without a slash is looked for on PATH.
  if (named !== '') return named.includes('/') ? (pathOfVariable(env, 'AOS_ANVIL') ?? named) : named;
  try {
    return createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/bin/anvil');
  } catch {
    return 'anvil'; // the shell searches PATH
  }
}

/** Resolves with HOST:PORT of the line `Listening on HOST:PORT`. */
function addressIn(stdout: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-TAIL_CHARS);
      const address = /Listening on (\S+:\d+)\s/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

/** Resolves after `ms` or when aborted. */
async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, {ref: false, ...(signal === undefined ? {} : {signal})}).catch(() => {});
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve()); // the shell did not start
  });
}

/** Collects the end of a stream, at most {@link TAIL_CHARS}. */
function tailOf(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-TAIL_CHARS);
  });
  return () => text.trim();
}

function startFailure(failed: {
  program: string;
  port: number;
  exitCode: number | null;
  complaint: string;
}): AosError {
  const {program, port, exitCode, complaint} = failed;
  if (port !== 0 && /address already in use/i.test(complaint))
    return new AosError('PORT_IN_USE', `127.0.0.1:${port} is in use`);
  // The shell exits with 126 for a file that is not executable, and with 127 for a missing one.
  if (exitCode === 126 || exitCode === 127) return new AosError('ANVIL_MISSING', `${program} cannot be run`);
  const how = exitCode === null ? 'did not listen in time' : `ended with code ${exitCode}`;
  return new AosError('ANVIL_FAILED', `${program} ${how}${complaint === '' ? '' : `: ${complaint}`}`);
}
