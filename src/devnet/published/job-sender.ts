import {randomUUID} from 'node:crypto';
import type {WebSocket} from 'ws';
import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import type {Outgoing} from '../dispatcher/frames.ts';
import type {Writer} from '../dispatcher/writer.ts';
import type {PublishedHub} from './hub.ts';
import type {JobRow} from './store.ts';
import {replyCode, type Frame} from './wire.ts';

/** Sends jobs over one connection. */
export type JobSender = {
  send(to: string, job: JobRow, tag: string, position: string): void;
  /** The published dispatcher reads no answer of an operator; this one counts it. */
  noteAnswer(from: string, answer: Frame): void;
};

export function createJobSender(socket: WebSocket, hub: PublishedHub, writer: Writer): JobSender {
  const {emit, occasions, version} = hub;
  /** Envelope id → the job it dispatched, until it is acknowledged. */
  const unacknowledged = new Map<string, JobKey>();
  return {
    send(to, job, tag, position) {
      // What goes into a socket that has ended is lost.
      if (socket.readyState !== socket.OPEN) return;
      const key: JobKey = {jobId: job.id, tag, position};
      const params = paramsOf(job, version.userOf(job), tag, position);
      const make = (): Outgoing => {
        const id = randomUUID();
        unacknowledged.set(id, key);
        return {id, method: 'dispatch_job', params, result: 'null'};
      };
      const fault = hub.faults.dispatch;
      if (fault === undefined) {
        const outgoing = make();
        const frame = hub.frames.good(outgoing);
        emit({type: 'job_sent', key, operator: to, envelopeId: outgoing.id});
        writer.write(frame);
        return;
      }
      occasions.dispatch += 1;
      emit({type: 'job_sent', key, operator: to, envelopeId: ''});
      writer.writeAll(fault({key, operator: to, n: occasions.dispatch}), make);
    },
    noteAnswer(from, {id, result}) {
      const key = unacknowledged.get(id);
      if (key === undefined) return;
      unacknowledged.delete(id);
      emit({type: 'acknowledged', key, operator: from, envelopeId: id, code: replyCode(result)});
    },
  };
}

/** The params of `dispatch_job`, raw JSON, as the published dispatcher writes them. */
function paramsOf(job: JobRow, user: string, tag: string, position: string): string {
  const text = JSON.stringify;
  return (
    `[{"user":${text(user)},"seed":"","tag":${text(tag)},"position":${text(position)}` +
    `,"signature":"","clock":${text(job.clock)},"job_id":${text(job.id)},"job":${job.job}}]`
  );
}
