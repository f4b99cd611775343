import type {AddressInfo, Socket} from 'node:net';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {WebSocketServer, type WebSocket} from 'ws';
import {createConnection} from '../../../../src/lib/peers/dispatcher/connection.ts';
import type {DispatcherConnection} from '../../../../src/lib/node/operator/ports.ts';
import {settled, virtualTime, type VirtualTime} from '../../../support/virtual-time.ts';
import {PATIENT} from '../../../support/patient.ts';

const INTERVAL_MS = 10_000;
const MIB = 1024 * 1024;

type Pair = {
  time: VirtualTime;
  peer: WebSocket;
  /** The TCP socket of the peer. */
  wire: Socket;
  connection: DispatcherConnection;
  frames: () => number;
  /** Why each socket so far ended. */
  ends: string[];
  /** One interval passes, in which the peer sends so many bytes and answers no ping by itself. */
  interval(bytes?: number): Promise<void>;
};

/** A connection to a peer that sends and answers no ping. */
async function deafPeer(): Promise<Pair> {
  const server = new WebSocketServer({port: 0, host: '127.0.0.1', autoPong: false});
  await new Promise((resolve) => server.once('listening', resolve));
  const time = virtualTime();
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const connection = createConnection({url, pingIntervalMs: INTERVAL_MS, time, random: () => 0.5});
  const stop = new AbortController();
  const ends: string[] = [];
  let frames = 0;
  const joined = new Promise<{peer: WebSocket; wire: Socket}>((resolve) =>
    server.once('connection', (peer, {socket}) => resolve({peer, wire: socket})),
  );
  const opened = new Promise<void>((resolve) => {
    void connection.run(
      {
        onOpen: resolve,
        onFrame: () => (frames += 1),
        onPing: () => undefined,
        onClose: (reason) => ends.push(reason),
      },
      stop.signal,
    );
  });
  const {peer, wire} = await joined;
  await opened;
  onTestFinished(() => {
    stop.abort(new Error('over'));
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return {
    time,
    peer,
    wire,
    connection,
    ends,
    frames: () => frames,
    async interval(bytes = 1) {
      const before = frames;
      peer.send('x'.repeat(bytes));
      await until(() => expect(frames > before || ends.length > 0).toBe(true));
      await time.advance(INTERVAL_MS);
    },
  };
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, PATIENT);

describe('a peer that sends and answers no ping', () => {
  it('is left after six intervals, and the reason says so', async () => {
    const {interval, ends, time} = await deafPeer();
    for (let n = 0; n < 6; n += 1) await interval();
    expect(ends).toEqual([]);
    await interval();
    await time.advance(1_000);
    await until(() => expect(ends).toEqual(['it sends, but reads nothing: no answer to a ping for 70 s']));
  });

  it('is left also when it does not read the close frame', async () => {
    const {peer, interval, ends, time} = await deafPeer();
    peer.pause();
    for (let n = 0; n < 7; n += 1) await interval();
    await time.advance(3_000);
    await until(() => expect(ends).toHaveLength(1));
  });

  it('is left when it sends one message, a byte now and then, in which no pong can come', async () => {
    const {wire, time, ends, frames} = await deafPeer();
    // A text frame of 1 MiB.
    wire.write(Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 16, 0, 0]));
    for (let n = 0; n < 8 && ends.length === 0; n += 1) {
      await new Promise((resolve) => wire.write('x', resolve));
      await settled(20);
      await time.advance(INTERVAL_MS);
    }
    await time.advance(3_000);
    await until(() => expect(ends).toHaveLength(1));
    expect(ends[0]).toMatch(/^it sends, but reads nothing/);
    expect(frames()).toBe(0);
  });

  it('is kept while it halts for 45 s, and when it answers again', async () => {
    const {peer, interval, ends} = await deafPeer();
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 4; n += 1) await interval();
      const ponged = new Promise((resolve) => peer.once('ping', resolve));
      await interval();
      await ponged;
      peer.pong();
      peer.send('after the pong');
      await interval();
    }
    expect(ends).toEqual([]);
  });

  it('is kept longer while much data comes, which a pong waits behind, and not for ever', async () => {
    const {interval, ends} = await deafPeer();
    for (let n = 0; n < 8; n += 1) await interval(2 * MIB);
    expect(ends).toEqual([]);
    for (let n = 0; n < 40 && ends.length === 0; n += 1) await interval();
    await until(() => expect(ends).toHaveLength(1));
  });

  it('is not taken for deaf while we do not read it ourselves', async () => {
    const {connection, peer, time, ends, frames} = await deafPeer();
    for (let n = 0; n < 30; n += 1) {
      connection.pause();
      await time.advance(INTERVAL_MS / 2);
      connection.resume();
      const before = frames();
      peer.send('x');
      await until(() => expect(frames()).toBe(before + 1));
      await time.advance(INTERVAL_MS / 2);
    }
    expect(ends).toEqual([]);
  });

  it('leaves what it does not take in our memory, which can be seen', async () => {
    const {connection, peer} = await deafPeer();
    peer.pause();
    expect(connection.backlog()).toBe(0);
    for (let n = 0; n < 14; n += 1) connection.send('x'.repeat(MIB));
    await until(() => expect(connection.backlog()).toBeGreaterThan(MIB));
    peer.resume();
    await until(() => expect(connection.backlog()).toBe(0));
  });
});
