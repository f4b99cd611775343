import {connect} from 'node:net';

/** A TCP connection that sends what it is given and keeps what comes. */
export type RawSocket = {
  send(text: string): void;
  /** All that came so far. */
  text(): string;
  /** Resolves when the other side has ended it. */
  closed: Promise<void>;
  isOpen(): boolean;
  destroy(): void;
};

/** Connects to a port of this machine. @param from the address that it comes from */
export async function rawSocket(port: number, from = '127.0.0.1'): Promise<RawSocket> {
  const socket = connect({port, host: '127.0.0.1', localAddress: from, family: 4});
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', () => {}); // a reset is an end too
  return {
    send: (more) => void socket.write(more),
    text: () => text,
    closed,
    isOpen: () => !socket.destroyed,
    destroy: () => socket.destroy(),
  };
}
