import {randomUUID} from 'node:crypto';
import type {WebSocket} from 'ws';
import {errorText, isAosError} from '../../lib/foundation/errors/error.ts';
import {parseEnvelope, verifyEnvelope, type Envelope} from '../../lib/protocol/wire/envelope.ts';
import {sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import {readReply, type JobKey} from '../../lib/protocol/wire/messages.ts';
import {firstToSend, markSent, nextToSend, type Work} from './book.ts';
import type {RefusedMessage, RejectedFrame} from './events.ts';
import type {Outgoing} from './frames.ts';
import type {Connected, Hub} from './hub.ts';
import {judgeResult} from './judge.ts';
import {dispatchParams, readConnect, readResult} from './messages.ts';
import {createWriter} from './writer.ts';

/** Dispatches wait while this many bytes are not yet on the wire. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** After so many dispatches in a row the event loop gets its turn: answers must not wait for a long queue. */
const DISPATCHES_A_TURN = 32;
/** WebSocket close code of a connection that another one of the same operator replaces. */
const REPLACED = 4000;

/** The operator of a connection, once its `connect` was accepted. */
type Self = Connected & {readonly workers: readonly string[]};

/** Speaks with one operator until its socket closes. */
export function serveOperator(socket: WebSocket, hub: Hub): void {
  let self: Self | null = null;
  /** The first job that this connection has not considered yet. */
  let cursor = 0;
  let pumping = false;
  /** Envelope id → the job it dispatched, until it is acknowledged. */
  const unacknowledged = new Map<string, JobKey>();
  const writer = createWriter(socket, hub, () => pump());
  const operatorName = (): string | null => self?.operator ?? null;

  const reject = (why: RejectedFrame, message: string, envelope: Envelope | null): void => {
    hub.emit({type: 'rejected', operator: operatorName(), why, message});
    // A response is not answered: its sender would take that for the answer to a request of its own.
    if (envelope !== null && envelope.method !== null)
      writer.respond(envelope.id, operatorName(), 401, message);
  };

  const refuse = (envelope: Envelope, why: RefusedMessage, code: number, message: string): void => {
    hub.emit({type: 'refused', operator: operatorName(), why, message});
    writer.respond(envelope.id, operatorName(), code, message);
  };

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
    if (pumping || self === null) return;
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
      const work = nextToSend(hub.book, self.operator, cursor);
      cursor = work === undefined ? hub.book.works.length : work.seq + 1;
      if (work === undefined) break;
      dispatch(self.operator, work);
    }
    pumping = false;
  };

  const onConnect = (envelope: Envelope, signer: string): void => {
    const {operator, workers} = readConnect(envelope.params);
    if (!sameAddress(operator, signer)) {
      refuse(envelope, 'connect', 500, `signed by ${signer}, not by operator ${operator}`);
      return;
    }
    hub.occasions.connect += 1;
    const verdict = hub.faults.connect?.({operator, n: hub.occasions.connect}) ?? 'accept';
    if (verdict === 'refuse') refuse(envelope, 'connect', 500, 'refused on purpose');
    else if (verdict === 'close') socket.close(1000);
    if (verdict !== 'accept' && verdict !== 'accept-then-close') return;

    const older = hub.operators.get(operator.toLowerCase());
    if (older !== undefined && older !== self) older.end('the operator connected again');
    self = {
      operator,
      workers,
      pump,
      end: (reason) => socket.close(REPLACED, reason),
      drop: () => socket.terminate(),
    };
    hub.operators.set(operator.toLowerCase(), self);
    cursor = firstToSend(hub.book, hub.redeliver);
    hub.emit({type: 'connected', operator, workers});
    writer.respond(envelope.id, operator, 200, 'success');
    if (verdict === 'accept-then-close') socket.close(1000);
    else pump();
  };

  const onResult = async (envelope: Envelope, by: Self): Promise<void> => {
    const result = readResult(envelope.params);
    hub.occasions.result += 1;
    const {operator} = by;
    const verdict = hub.faults.result?.({jobId: result.jobId, operator, n: hub.occasions.result}) ?? 'judge';
    if (verdict === 'ignore') return;
    if (verdict === 'fail') {
      refuse(envelope, 'fault', 500, 'failed on purpose');
      return;
    }
    const answer = await judgeResult(hub, by, result);
    if (verdict === 'close') socket.terminate();
    else if (verdict === 'judge') writer.respond(envelope.id, operator, answer.code, answer.message);
  };

  const onReply = (envelope: Envelope, operator: string): void => {
    const key = unacknowledged.get(envelope.id);
    if (key === undefined) return;
    const {code} = readReply(envelope.result);
    unacknowledged.delete(envelope.id);
    hub.emit({type: 'acknowledged', key, operator, envelopeId: envelope.id, code});
  };

  const onEnvelope = async (envelope: Envelope): Promise<void> => {
    const verified = verifyEnvelope(envelope);
    if (verified.state === 'unsigned') reject('unsigned', 'the frame is not signed', envelope);
    else if (verified.state === 'invalid') reject('wrong-signature', verified.reason, envelope);
    else if (self !== null && !sameAddress(self.operator, verified.signer)) {
      reject('wrong-address', `signed by ${verified.signer} on a connection of ${self.operator}`, envelope);
    } else if (envelope.method === 'connect') onConnect(envelope, verified.signer);
    else if (self === null) reject('not-connected', 'the first request has to be connect', envelope);
    else if (envelope.method === null) onReply(envelope, self.operator);
    else if (envelope.method === 'job_result') await onResult(envelope, self);
    else reject('unknown-method', `unknown method ${envelope.method.slice(0, 64)}`, envelope);
  };

  const onFrame = async (bytes: Buffer): Promise<void> => {
    let envelope: Envelope | null = null;
    try {
      envelope = parseEnvelope(bytes);
      await onEnvelope(envelope);
    } catch (error) {
      const message = errorText(error);
      if (envelope === null || envelope.method === null) reject('unreadable', message, null);
      else if (envelope.method === 'connect') refuse(envelope, 'connect', 500, message);
      else if (isAosError(error, 'MESSAGE_INVALID', 'CLOCK_INVALID'))
        refuse(envelope, 'bad-message', 400, message);
      // The range could not be read, say: the operator keeps its result and sends it again.
      else refuse(envelope, 'fault', 500, message);
    }
  };

  socket.on('message', (data) => {
    // The socket's binaryType is `nodebuffer`: one Buffer a message.
    if (Buffer.isBuffer(data)) void onFrame(data);
  });
  socket.on('pong', () => {
    hub.emit({type: 'pong', operator: operatorName()});
  });
  // `close` always follows; a message above the limit ends here, with close code 1009.
  socket.on('error', (error) => {
    hub.emit({type: 'rejected', operator: operatorName(), why: 'unreadable', message: errorText(error)});
  });
  socket.on('close', (code) => {
    const operator = operatorName();
    if (operator !== null && hub.operators.get(operator.toLowerCase()) === self) {
      hub.operators.delete(operator.toLowerCase());
    }
    self = null;
    hub.emit({type: 'disconnected', operator, reason: `close code ${code}`});
  });
}
