import * as check from '../../../foundation/check/check.ts';
import {type NextStep} from '../../../foundation/next-step/next-step.ts';
import type {StepId} from '../step-ids.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {TlsOptions} from '../../../peers/http/connection-pool.ts';
import type {Rpc} from '../../../peers/signer/rpc.ts';
import type {Transport} from '../../../peers/http/transport.ts';
import type {SignerUrl} from '../../../peers/signer/url.ts';

/** Milliseconds of one `eth_sign` round trip over `n` in a row. */
export type Latency = {p50: number; p95: number; n: number};

/** What one step found; `found` is what came back, as it came (safe to print). */
export type Finding = check.Finding & {
  /** What that means for the operator. */
  means: string;
  /** Nothing further can be asked of this signer. */
  stop?: true;
  /** Facts for the report. */
  facts?: {latency?: Latency; chainId?: number; accounts?: readonly string[]};
};

/** What the steps share. */
export type CheckContext = {
  url: SignerUrl;
  /** `host:port` as shown. */
  at: string;
  /** node_id, checksummed. */
  address: string;
  /** The configured chain id, null when none is. */
  chainId: number | null;
  transport: Transport;
  rpc: Rpc;
  time: Time;
  random: (bytes: number) => Uint8Array;
  /** Limit of one step, ms. */
  limitMs: number;
  tls: TlsOptions;
  /** This machine's own addresses beyond loopback, tried by the exposure step. */
  localAddresses: readonly string[];
  /** How many signatures the latency step asks for. */
  samples: number;
};

export type Step = {
  id: StepId;
  /** Steps without whose success this one says nothing. */
  needs: readonly StepId[];
  /** What is asked, method and host. */
  asked: (context: CheckContext) => string;
  /** What a missing answer means, and the next step; the general text when absent. */
  slow?: {means: string; next: NextStep};
  /**
   * AosErrors count as a failed step.
   * @throws AosError SIGNER_*
   */
  run: (context: CheckContext, signal: AbortSignal) => Promise<Finding>;
};

type Facts = NonNullable<Finding['facts']>;

export const ok = (found: string, means: string, facts: Facts = {}): Finding => ({
  ...check.ok(found),
  means,
  facts,
});
export const warn = (found: string, means: string, next: NextStep, facts: Facts = {}): Finding => ({
  ...check.warn(found, next),
  means,
  facts,
});
export const fail = (found: string, means: string, next: NextStep, facts: Facts = {}): Finding => ({
  ...check.fail(found, next),
  means,
  facts,
});
/** A failure after which no other step can say anything. */
export const stop = (found: string, means: string, next: NextStep): Finding => ({
  ...check.fail(found, next),
  means,
  stop: true,
});
