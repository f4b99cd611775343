import {randomUUID} from 'node:crypto';
import type {WebSocket} from 'ws';
import type {Envelope} from '../../lib/protocol/wire/envelope.ts';
import {readReply, type JobKey} from '../../lib/protocol/wire/messages.ts';
import {firstToSend, markSent, nextToSend, type Work} from './book.ts';
import type {Outgoing} from './frames.ts';
import type {Hub} from './hub.ts';
import {dispatchParams} from './messages.ts';
import type {Writer} from './writer.ts';

/** Dispatches wait while this many bytes are not yet on the wire. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** After so many dispatches in a row the event loop gets its turn: answers must not wait for a long queue. */
const DISPATCHES_A_TURN = 32;

/** Sends the jobs of the book to the operator of one connection. */
export type Sender = {
  /** The operator is accepted: `pump` sends its jobs. */
  start(operator: string): void;
  /** Sends the jobs that are due, as long as the socket takes them. */
  pump(): void;
  /** The operator acknowledged a job. @throws AosError MESSAGE_INVALID */
  acknowledge(envelope: Envelope, operator: string): void;
  /** The connection is closed. */
  stop(): void;
};

export function createSender(socket: WebSocket, hub: Hub, writer: Writer): Sender {
  let to: string | null = null;
  /** The first job that this connection has not considered yet. */
  let cursor = 0;
  let pumping = false;
  /** Envelope id → the job it dispatched, until it is acknowledged. */
  const unacknowledged = new Map<string, JobKey>();

  const dispatch = (operator: string, work: Work): void => {
    const {key} = work;
    const make = (): Outgoing => {
      const id = randomUUID();
      unacknowledged.set(id, key);
      return {id, method: 'dispatch_job', params: dispatchParams(work), result: 'null'};
    };
    markSent(hub.book, work);
    if (hub.faults.dispatch === undefined) {
      const outgoing = make();
      const frame = hub.frames.good(outgoing);
      hub.emit({type: 'job_sent', key, operator, envelopeId: outgoing.id});
      writer.write(frame);
      return;
    }
    hub.occasions.dispatch += 1;
    const specs = hub.faults.dispatch({key, operator, n: hub.occasions.dispatch});
    hub.emit({type: 'job_sent', key, operator, envelopeId: ''});
    writer.writeAll(specs, make);
  };

  const pump = (): void => {
    if (pumping || to === null) return;
    pumping = true;
    for (
      let sent = 0;
      socket.readyState === socket.OPEN && socket.bufferedAmount < MAX_BUFFERED_BYTES;
      sent += 1
    ) {
      if (sent === DISPATCHES_A_TURN) {
        setImmediate(() => {
          pumping = false;
          pump();
        });
        return;
      }
      const work = nextToSend(hub.book, to, cursor);
      cursor = work === undefined ? hub.book.works.length : work.seq + 1;
      if (work === undefined) break;
      dispatch(to, work);
    }
    pumping = false;
  };

  return {
    start(operator) {
      to = operator;
      cursor = firstToSend(hub.book, hub.redeliver);
    },
    pump,
    acknowledge(envelope, operator) {
      const key = unacknowledged.get(envelope.id);
      if (key === undefined) return;
      const {code} = readReply(envelope.result);
      unacknowledged.delete(envelope.id);
      hub.emit({type: 'acknowledged', key, operator, envelopeId: envelope.id, code});
    },
    stop() {
      to = null;
    },
  };
}
