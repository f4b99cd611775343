import {randomBytes} from 'node:crypto';
import {mkdtempSync} from 'node:fs';
import path from 'node:path';
import WebSocket from 'ws';
import {pickDriver} from '../src/lib/journal/driver.ts';
import {checksumAddress, eip191Digest, recoverAddress} from '../src/lib/protocol/ethereum.ts';
import {devKey, signatureText} from '../src/lib/devnet/signer-keys.ts';
import {createWeb3Signer} from '../src/lib/signer/web3signer.ts';
import {loadVrf} from '../src/lib/vrf/ecvrf.ts';
import {vrfInput} from '../src/lib/vrf/sampling.ts';
import {median} from './figures.ts';
import type {Network} from './network.ts';
import {cpuMsOf, startChild} from './processes.ts';

/** What one operation takes alone: median wall time, and CPU time of all processes that take part, ms. */
export type Cost = {wallMs: number; cpuMs: number};

/** The operations a job cannot do without, one at a time, on this machine and disk. */
export type Primitives = {
  vrfProve: Cost;
  /** eth_sign through our client, the signature not yet recovered: client and signer together. */
  signatureRequest: Cost;
  /** Digest and public key recovery of a 1 kB message. */
  recovery: Cost;
  /** Digest and signature of a 1 kB message with a key in memory, as the dispatcher signs. */
  signing: Cost;
  /** A transaction with one row of 1 kB, synced to the disk. */
  durableWrite: Cost;
  /** A frame of 1 kB there and back. */
  webSocketRoundTrip: Cost;
  /**
   * One prove, two signature requests, three recoveries, three durable writes, two round trips, one after the other.
   * Measured as a whole: a disk that is now fast, now slow has no median that could be added up.
   */
  listed: Cost;
};

const KEY = '01'.repeat(32);

/** The mean of two measurements, one before and one after what they are compared with: other work on the machine hits both. */
export function meanOf(before: Primitives, after: Primitives): Primitives {
  const mean = (name: keyof Primitives): Cost => ({
    wallMs: (before[name].wallMs + after[name].wallMs) / 2,
    cpuMs: (before[name].cpuMs + after[name].cpuMs) / 2,
  });
  return {
    vrfProve: mean('vrfProve'),
    signatureRequest: mean('signatureRequest'),
    recovery: mean('recovery'),
    signing: mean('signing'),
    durableWrite: mean('durableWrite'),
    webSocketRoundTrip: mean('webSocketRoundTrip'),
    listed: mean('listed'),
  };
}

/** Runs an operation one at a time; `others` are the processes whose CPU it uses too. */
async function measure(
  operation: (n: number) => unknown,
  times: {warmUp: number; measured: number},
  others: readonly number[] = [],
): Promise<Cost> {
  for (let n = 0; n < times.warmUp; n += 1) await operation(n);
  const walls: number[] = [];
  const before = others.map(cpuMsOf);
  const own = process.cpuUsage();
  for (let n = 0; n < times.measured; n += 1) {
    const start = performance.now();
    // Awaiting what is no promise would put a turn of the loop into the time.
    const pending = operation(n);
    if (pending instanceof Promise) await pending;
    walls.push(performance.now() - start);
  }
  const used = process.cpuUsage(own);
  const theirs = others.reduce((sum, pid, index) => sum + cpuMsOf(pid) - (before[index] ?? 0), 0);
  return {wallMs: median(walls), cpuMs: ((used.user + used.system) / 1000 + theirs) / times.measured};
}

export async function measurePrimitives(network: Network): Promise<Primitives> {
  const message = Buffer.from(randomBytes(512).toString('hex'));
  const digest = eip191Digest(message);
  const key = devKey(KEY);
  const signature = Buffer.from(signatureText(key.sign(digest)).slice(2), 'hex');
  const {url, address, pid} = network.signer;
  const signer = createWeb3Signer({url, address: checksumAddress(address), timeoutMs: 5_000});
  const prover = (await loadVrf()).prover(randomBytes(32));
  const disk = openDisk(network.dir, message);
  const peer = await connectEcho(message.toString());

  const recover = (): unknown => recoverAddress(eip191Digest(message), signature);
  const prove = (n: number): unknown => prover.prove(vrfInput(`prompt ${n}`).alpha);
  const recovery = await measure(recover, {warmUp: 300, measured: 2_000});
  const signing = await measure(() => key.sign(eip191Digest(message)), {warmUp: 300, measured: 2_000});
  const vrfProve = await measure(prove, {warmUp: 200, measured: 1_000});
  const checkedRequest = await measure(() => signer.sign(message), {warmUp: 500, measured: 2_000}, [pid]);
  // The file of the log is written over, not extended, once it was emptied for the first time: so it is in the journal.
  const durableWrite = await measure(disk.write, {warmUp: 1_200, measured: 1_000});
  const webSocketRoundTrip = await measure(peer.roundTrip, {warmUp: 500, measured: 2_000}, [peer.pid]);
  const listed = await measure(
    async (n) => {
      await peer.roundTrip();
      recover();
      disk.write();
      await signer.sign(message); // with the second recovery
      prove(n);
      disk.write();
      await signer.sign(message); // with the third
      disk.write();
      await peer.roundTrip();
    },
    {warmUp: 100, measured: 500},
    [pid, peer.pid],
  );
  await signer.close();
  disk.close();
  await peer.close();
  // Our client recovers each signature; that is counted by itself.
  const signatureRequest = {
    wallMs: checkedRequest.wallMs - recovery.wallMs,
    cpuMs: checkedRequest.cpuMs - recovery.cpuMs,
  };
  return {vrfProve, signatureRequest, recovery, signing, durableWrite, webSocketRoundTrip, listed};
}

export async function measureVrf(): Promise<{vrfProve: Cost; vrfVerify: Cost}> {
  const vrf = await loadVrf();
  const seed = randomBytes(32);
  const prover = vrf.prover(seed);
  const publicKey = vrf.publicKey(seed);
  const inputs = Array.from({length: 64}, (_, n) => vrfInput(`prompt ${n}`).alpha);
  const proofs = inputs.map((alpha) => prover.prove(alpha).proof);
  const times = {warmUp: 200, measured: 1_000};
  return {
    vrfProve: await measure((n) => prover.prove(inputs[n % 64]!), times),
    vrfVerify: await measure((n) => vrf.verify(publicKey, inputs[n % 64]!, proofs[n % 64]!), times),
  };
}

function openDisk(dir: string, row: Buffer): {write: () => void; close: () => void} {
  const file = path.join(mkdtempSync(path.join(dir, 'primitive-')), 'primitive.db');
  const database = pickDriver().open(file, {readOnly: false});
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT)',
  );
  const insert = database.prepare('INSERT INTO rows (text) VALUES (?)');
  const text = row.toString();
  return {
    write() {
      database.exec('BEGIN IMMEDIATE');
      insert.run(text);
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}

async function connectEcho(
  text: string,
): Promise<{pid: number; roundTrip: () => Promise<unknown>; close(): Promise<void>}> {
  const echo = await startChild('echo-process', null);
  const socket = new WebSocket((echo.ready as {url: string}).url, {perMessageDeflate: false});
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    pid: echo.pid,
    roundTrip: () =>
      new Promise((resolve) => {
        socket.once('message', resolve);
        socket.send(text);
      }),
    close: () => {
      socket.terminate();
      return echo.close();
    },
  };
}
