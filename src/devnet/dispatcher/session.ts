import type {WebSocket} from 'ws';
import {errorText, isAosError} from '../../lib/foundation/errors/error.ts';
import {parseEnvelope, verifyEnvelope, type Envelope} from '../../lib/protocol/wire/envelope.ts';
import {sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import type {RefusedMessage, RejectedFrame} from './events.ts';
import type {Connected, Hub} from './hub.ts';
import {judgeResult} from './judge.ts';
import {readConnect, readResult} from './messages.ts';
import {createSender} from './sender.ts';
import {createWriter} from './writer.ts';

/** WebSocket close code of a connection that another one of the same operator replaces. */
const REPLACED = 4000;

/** The operator of a connection, once its `connect` was accepted. */
type Self = Connected & {readonly workers: readonly string[]};

/** Speaks with one operator until its socket closes. */
export function serveOperator(socket: WebSocket, hub: Hub): void {
  let self: Self | null = null;
  const writer = createWriter(socket, hub, () => sender.pump());
  const sender = createSender(socket, hub, writer);
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
    else if (typeof verdict === 'object') socket.close(verdict.code, verdict.reason);
    if (verdict !== 'accept' && verdict !== 'accept-then-close') return;

    const older = hub.operators.get(operator.toLowerCase());
    if (older !== undefined && older !== self) older.end('the operator connected again');
    self = {
      operator,
      workers,
      pump: sender.pump,
      end: (reason) => socket.close(REPLACED, reason),
      drop: () => socket.terminate(),
    };
    sender.start(operator);
    hub.operators.set(operator.toLowerCase(), self);
    hub.emit({type: 'connected', operator, workers});
    writer.respond(envelope.id, operator, 200, 'success');
    if (verdict === 'accept-then-close') socket.close(1000);
    else sender.pump();
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

  const onEnvelope = async (envelope: Envelope): Promise<void> => {
    const verified = verifyEnvelope(envelope);
    if (verified.state === 'unsigned') reject('unsigned', 'the frame is not signed', envelope);
    else if (verified.state === 'invalid') reject('wrong-signature', verified.reason, envelope);
    else if (self !== null && !sameAddress(self.operator, verified.signer)) {
      reject('wrong-address', `signed by ${verified.signer} on a connection of ${self.operator}`, envelope);
    } else if (envelope.method === 'connect') onConnect(envelope, verified.signer);
    else if (self === null) reject('not-connected', 'the first request has to be connect', envelope);
    else if (envelope.method === null) sender.acknowledge(envelope, self.operator);
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
    sender.stop();
    hub.emit({type: 'disconnected', operator, reason: `close code ${code}`});
  });
}
