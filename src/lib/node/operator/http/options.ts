import type {ListenAddress} from '../../../config/config.ts';
import type {OpenFiles} from '../../../foundation/system/open-files.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Caller} from './caller.ts';
import type {WorkerHandlers} from './worker-routes.ts';

/**
 * Why a connection or a request was refused: too many connections are open, too many requests come from one address, the
 * system gave no connection, or a request for the routes of workers came from outside.
 */
export type PortRefusal = {
  why: 'crowded' | 'too-often' | 'not-accepted' | 'outside';
  from: string | null;
  words: string;
};

/** What the HTTP server tells the operator. */
export type ServerHandlers = WorkerHandlers & {
  /** `/ping` was answered. */
  onProbe(caller: Caller): void;
  onRefused(refusal: PortRefusal): void;
};

export type ServerOptions = {
  listen: ListenAddress;
  /** `workers.callback_listen`; null: workers call back over loopback, at `listen`. */
  callbacks: ListenAddress | null;
  /** `workers.tee.callback_port`, where tee workers send their answers over loopback; null: none runs. */
  teePort: number | null;
  /** `net.callback_url`, whose name workers send as Host. */
  callbackUrl: string;
  /** `net.trusted_proxies`. */
  trustedProxies: readonly string[];
  files: OpenFiles;
  time: Time;
};
