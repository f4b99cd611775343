import {randomBytes} from 'node:crypto';
import {mkdtempSync} from 'node:fs';
import path from 'node:path';
import WebSocket from 'ws';
import {pickDriver} from '../src/lib/node/journal/driver.ts';
import {checksumAddress, eip191Digest} from '../src/lib/protocol/wire/ethereum.ts';
import {recoverAddress} from '../src/lib/protocol/wire/key-address.ts';
import {devKey, signatureText} from '../src/devnet/signer/keys.ts';
import {createWeb3Signer} from '../src/lib/peers/signer/web3signer.ts';
import {loadVrf} from '../src/lib/protocol/vrf/ecvrf.ts';
import {vrfInput} from '../src/lib/protocol/vrf/sampling.ts';
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

/** The operations, ready to be measured again and again: between the jobs, so that whatever else happens on the machine hits both. */
export type Yardstick = {
  /** Measures all of them once more, in about a second. @returns CPU of the list in this round, ms */
  round(): Promise<number>;
  /** Over all rounds so far. */
  primitives(): Primitives;
  close(): Promise<void>;
};

/** What was measured of one operation so far. */
type Samples = {walls: number[]; cpuMs: number; operations: number};

const noSamples = (): Samples => ({walls: [], cpuMs: 0, operations: 0});
const costOf = ({walls, cpuMs, operations}: Samples): Cost => ({
  wallMs: median(walls),
  cpuMs: cpuMs / operations,
});

/** Runs an operation one at a time; `others` are the processes whose CPU it uses too. */
async function sample(
  into: Samples,
  operation: (n: number) => unknown,
  times: number,
  others: readonly number[] = [],
): Promise<void> {
  const before = others.map(cpuMsOf);
  const own = process.cpuUsage();
  for (let n = 0; n < times; n += 1) {
    const start = performance.now();
    // Awaiting what is no promise would put a turn of the loop into the time.
    const pending = operation(n);
    if (pending instanceof Promise) await pending;
    into.walls.push(performance.now() - start);
  }
  const used = process.cpuUsage(own);
  const theirs = others.reduce((sum, pid, index) => sum + cpuMsOf(pid) - (before[index] ?? 0), 0);
  into.cpuMs += (used.user + used.system) / 1000 + theirs;
  into.operations += times;
}

type Operation = {run: (n: number) => unknown; warmUp: number; aRound: number; others?: readonly number[]};

/** Opens what the operations need, and warms them up. */
export async function openYardstick(network: Network): Promise<Yardstick> {
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
  const list = async (n: number): Promise<void> => {
    await peer.roundTrip();
    recover();
    disk.write();
    await signer.sign(message); // with the second recovery
    prove(n);
    disk.write();
    await signer.sign(message); // with the third
    disk.write();
    await peer.roundTrip();
  };
  const operations = {
    recovery: {run: recover, warmUp: 300, aRound: 200},
    signing: {run: () => key.sign(eip191Digest(message)), warmUp: 300, aRound: 200},
    vrfProve: {run: prove, warmUp: 200, aRound: 100},
    checkedRequest: {run: () => signer.sign(message), warmUp: 500, aRound: 200, others: [pid]},
    // The file of the log is written over, not extended, once it was emptied for the first time: so it is in the journal.
    durableWrite: {run: disk.write, warmUp: 1_200, aRound: 100},
    webSocketRoundTrip: {run: peer.roundTrip, warmUp: 500, aRound: 200, others: [peer.pid]},
    listed: {run: list, warmUp: 100, aRound: 100, others: [pid, peer.pid]},
  } satisfies Record<string, Operation>;
  type Name = keyof typeof operations;
  const names = Object.keys(operations) as Name[];
  const samples = new Map<Name, Samples>(names.map((name) => [name, noSamples()]));

  for (const name of names) {
    const {run, warmUp} = operations[name];
    await sample(noSamples(), run, warmUp);
  }
  return {
    async round() {
      const {cpuMs, operations: before} = {...samples.get('listed')!};
      for (const name of names) {
        const operation: Operation = operations[name];
        await sample(samples.get(name)!, operation.run, operation.aRound, operation.others);
      }
      const listed = samples.get('listed')!;
      return (listed.cpuMs - cpuMs) / (listed.operations - before);
    },
    primitives() {
      const cost = (name: Name): Cost => costOf(samples.get(name)!);
      const recovery = cost('recovery');
      const checkedRequest = cost('checkedRequest');
      return {
        vrfProve: cost('vrfProve'),
        recovery,
        signing: cost('signing'),
        durableWrite: cost('durableWrite'),
        webSocketRoundTrip: cost('webSocketRoundTrip'),
        listed: cost('listed'),
        // Our client recovers each signature; that is counted by itself.
        signatureRequest: {
          wallMs: checkedRequest.wallMs - recovery.wallMs,
          cpuMs: checkedRequest.cpuMs - recovery.cpuMs,
        },
      };
    },
    async close() {
      await signer.close();
      disk.close();
      await peer.close();
    },
  };
}

export async function measureVrf(): Promise<{vrfProve: Cost; vrfVerify: Cost}> {
  const vrf = await loadVrf();
  const seed = randomBytes(32);
  const prover = vrf.prover(seed);
  const publicKey = vrf.publicKey(seed);
  const inputs = Array.from({length: 64}, (_, n) => vrfInput(`prompt ${n}`).alpha);
  const proofs = inputs.map((alpha) => prover.prove(alpha).proof);
  const measure = async (operation: (n: number) => unknown): Promise<Cost> => {
    await sample(noSamples(), operation, 200);
    const samples = noSamples();
    await sample(samples, operation, 1_000);
    return costOf(samples);
  };
  return {
    vrfProve: await measure((n) => prover.prove(inputs[n % 64]!)),
    vrfVerify: await measure((n) => vrf.verify(publicKey, inputs[n % 64]!, proofs[n % 64]!)),
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
