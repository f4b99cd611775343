import type {JobKey} from '../../lib/protocol/wire/messages.ts';

/** Why an operator's frame was not read as a message. */
export type RejectedFrame =
  'unreadable' | 'unsigned' | 'wrong-signature' | 'wrong-address' | 'not-connected' | 'unknown-method';

/** Why a message of an operator was not taken; a published dispatcher says 200 all the same. */
export type RefusedMessage = 'connect' | 'bad-message' | 'unknown-job' | 'selection' | 'fault';

/** What the dispatcher reports. `at` is monotonic ms: only differences mean anything. */
export type DispatcherEvent = {at: number} & DispatcherEventBody;

export type DispatcherEventBody =
  | {type: 'connected'; operator: string; workers: readonly string[]}
  | {type: 'disconnected'; operator: string | null; reason: string}
  | {type: 'job_submitted'; key: JobKey}
  /** `at`: just before the frame was handed to the socket. */
  | {type: 'job_sent'; key: JobKey; operator: string; envelopeId: string}
  | {type: 'acknowledged'; key: JobKey; operator: string; envelopeId: string; code: number}
  /** An accepted result; `repeated` when it had been accepted before. */
  | {
      type: 'result';
      key: JobKey;
      operator: string;
      repeated: boolean;
      selected: boolean;
      result: string;
      reason: string;
    }
  /** A second, different result for a job: it is dropped. The friendly dispatcher says so with 409, a published one 200. */
  | {type: 'conflict'; key: JobKey; operator: string}
  /** A WebSocket pong came back. */
  | {type: 'pong'; operator: string | null}
  | {type: 'refused'; operator: string | null; why: RefusedMessage; message: string}
  | {type: 'rejected'; operator: string | null; why: RejectedFrame; message: string};

/** What the dispatcher has counted since it started. */
export type DispatcherStats = {
  /** Operators connected now, checksummed as they wrote themselves. */
  connected: string[];
  /** Accepted `connect` requests. */
  connects: number;
  disconnects: number;
  submitted: number;
  /** Dispatches written, those sent again included. */
  sent: number;
  acknowledged: number;
  /** First results, each counted once for each operator and job. */
  accepted: number;
  /** The same results again. */
  repeated: number;
  /** Different results for a job that had one: always an operator's fault. */
  conflicts: number;
  refused: Record<RefusedMessage, number>;
  rejected: Record<RejectedFrame, number>;
  pongs: number;
};

export function emptyStats(): DispatcherStats {
  return {
    connected: [],
    connects: 0,
    disconnects: 0,
    submitted: 0,
    sent: 0,
    acknowledged: 0,
    accepted: 0,
    repeated: 0,
    conflicts: 0,
    refused: {connect: 0, 'bad-message': 0, 'unknown-job': 0, selection: 0, fault: 0},
    rejected: {
      unreadable: 0,
      unsigned: 0,
      'wrong-signature': 0,
      'wrong-address': 0,
      'not-connected': 0,
      'unknown-method': 0,
    },
    pongs: 0,
  };
}

/** Counts one event into `stats`, in place: this runs several times a job. */
export function countEvent(stats: DispatcherStats, event: DispatcherEventBody): void {
  switch (event.type) {
    case 'connected':
      stats.connects += 1;
      break;
    case 'disconnected':
      if (event.operator !== null) stats.disconnects += 1;
      break;
    case 'job_submitted':
      stats.submitted += 1;
      break;
    case 'job_sent':
      stats.sent += 1;
      break;
    case 'acknowledged':
      stats.acknowledged += 1;
      break;
    case 'result':
      if (event.repeated) stats.repeated += 1;
      else stats.accepted += 1;
      break;
    case 'conflict':
      stats.conflicts += 1;
      break;
    case 'pong':
      stats.pongs += 1;
      break;
    case 'refused':
      stats.refused[event.why] += 1;
      break;
    case 'rejected':
      stats.rejected[event.why] += 1;
      break;
  }
}
