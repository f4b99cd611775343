import type {Time} from '../../lib/foundation/time/time.ts';
import type {OpmlFaults} from './faults.ts';
import type {Inference, OpmlStats} from './inference.ts';

/** A reply of the worker's HTTP server. */
export type Reply = {status: number; headers: Readonly<Record<string, string>>; body: string};

/** A request to it, whose body is read only where it is wanted. */
export type Incoming = {
  /** Such as `GET /api/v1/status`. */
  route: string;
  /** @throws AosError FRAME_TOO_LARGE */
  body(): Promise<Uint8Array>;
};

/** The worker from one start to its end: what it knows is gone with it. */
export type Life = {
  handle(incoming: Incoming): Promise<Reply>;
};

/** What a life is made of. */
export type LifeParts = {
  infer: Inference;
  stats: OpmlStats;
  faults: OpmlFaults;
  time: Time;
  /** Aborts at its end: what is open then is never answered. */
  signal: AbortSignal;
  /** Ends this life, as a crash does; a supervisor starts the next one. */
  die: () => void;
};

export const textReply = (status: number, contentType: string, body: string): Reply => ({
  status,
  headers: {'content-type': contentType},
  body,
});
