import type {WebSocket} from 'ws';
import {errorText} from '../../lib/foundation/errors/error.ts';
import type {RejectedFrame} from '../dispatcher/events.ts';
import {createWriter} from '../dispatcher/writer.ts';
import {hangUp, hangUpWith} from './hang-up.ts';
import type {PublishedHub} from './hub.ts';
import {createJobSender} from './job-sender.ts';
import {takeResult} from './take-result.ts';
import {readClaim, readConnect, readFrame, type Frame} from './wire.ts';

/**
 * Speaks with one operator until its socket ends. Everything of a connection happens in turn, as in the published loop:
 * while a frame waits for the lock, the pings and the end of its socket wait too.
 * @param name the socket's own, the remote address
 */
export function serveSocket(socket: WebSocket, name: string, hub: PublishedHub): void {
  const {lock, version, emit, occasions, channels} = hub;
  const writer = createWriter(socket, hub, () => {});
  const jobs = createJobSender(socket, hub, writer);
  let operator: string | null = null;
  let turn: Promise<void> = Promise.resolve();

  /** All that the published dispatcher ever answers. */
  const respond = (id: string, isGood: boolean): void =>
    isGood ? writer.respond(id, operator, 200, 'success') : writer.respond(id, operator, 500, 'error');

  const reject = (why: RejectedFrame, message: string): void =>
    emit({type: 'rejected', operator, why, message});

  const inTurn = (step: () => void | Promise<void>): void => {
    // A step that fails ends the connection, as a panic ends its task; the lock refuses when all is closed.
    turn = turn.then(step).catch(() => hangUp(socket));
  };

  async function onConnect(frame: Frame): Promise<void> {
    const who = readConnect(frame.params);
    if (who === null) {
      emit({type: 'refused', operator, why: 'connect', message: 'operator, hash or signature is missing'});
      respond(frame.id, false);
      return;
    }
    occasions.connect += 1;
    const verdict = hub.faults.connect?.({operator: who.operator, n: occasions.connect}) ?? 'accept';
    if (verdict === 'ignore') return;
    if (verdict === 'refuse') {
      emit({type: 'refused', operator, why: 'connect', message: 'refused on purpose'});
      respond(frame.id, false);
      return;
    }
    if (typeof verdict === 'object' || verdict === 'close') {
      hangUpWith(socket, verdict);
      return;
    }
    await lock.run(() => {
      channels.set(version.channelKey(who.operator, name), {
        operator: who.operator,
        send: (job, tag, position) => inTurn(() => jobs.send(who.operator, job, tag, position)),
        drop: () => hangUp(socket),
      });
      return Promise.resolve();
    });
    operator = who.operator;
    emit({type: 'connected', operator, workers: who.workers});
    respond(frame.id, true);
    if (verdict === 'accept-then-close') hangUp(socket);
  }

  async function onResult(frame: Frame): Promise<void> {
    const claim = readClaim(frame.params);
    occasions.result += 1;
    const occasion = {jobId: claim?.jobId ?? '', operator: operator ?? '', n: occasions.result};
    const verdict = hub.faults.result?.(occasion) ?? 'judge';
    if (verdict === 'ignore') return;
    const isKept = verdict !== 'fail' && (await lock.run(() => takeResult(hub, claim, operator)));
    if (verdict === 'close') hangUp(socket);
    else if (verdict !== 'mute') respond(frame.id, isKept);
  }

  async function onText(bytes: Buffer): Promise<void> {
    const frame = readFrame(bytes);
    if (frame === null) reject('unreadable', 'not an envelope');
    else if (!version.admits(frame)) reject('wrong-signature', `not signed by ${frame.address.slice(0, 64)}`);
    else if (frame.method === 'connect') await onConnect(frame);
    else if (frame.method === 'job_result') await onResult(frame);
    else if (frame.method === null) jobs.noteAnswer(operator ?? '', frame);
    else reject('unknown-method', `unknown method ${frame.method.slice(0, 64)}`);
  }

  async function onEnd(reason: string): Promise<void> {
    const ended = operator;
    // The end of any socket takes away what is under its key, also when that is another socket's by now.
    if (ended !== null) {
      await lock.run(() => {
        channels.delete(version.channelKey(ended, name));
        return Promise.resolve();
      });
    }
    emit({type: 'disconnected', operator: ended, reason});
  }

  socket.on('message', (data, isBinary) => {
    // The socket's binaryType is `nodebuffer`: one Buffer a message. A binary one is passed over.
    if (Buffer.isBuffer(data) && !isBinary) inTurn(() => onText(data));
  });
  socket.on('ping', (data) => {
    inTurn(() => {
      if (socket.readyState === socket.OPEN) socket.pong(data);
    });
  });
  // `close` always follows; a message above the limit ends here.
  socket.on('error', (error) => reject('unreadable', errorText(error)));
  socket.on('close', (code) => inTurn(() => onEnd(`close code ${code}`)));
}
