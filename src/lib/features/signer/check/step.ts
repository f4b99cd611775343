import {renderNext} from '../../../cli/next-step.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {TlsOptions} from '../../../peers/http/connection-pool.ts';
import type {Rpc} from '../../../peers/signer/rpc.ts';
import type {Transport} from '../../../peers/http/transport.ts';
import type {SignerUrl} from '../../../peers/signer/url.ts';
import type {NextStep} from '../../../foundation/next-step/next-step.ts';

/** The steps of `signer check`, in the order they run. */
export const STEP_IDS = [
  'url',
  'connect',
  'tls',
  'upcheck',
  'health_status',
  'healthcheck',
  'eth_accounts',
  'eth_sign',
  'eth_signTypedData',
  'eth_signTransaction',
  'negative',
  'latency',
  'exposure',
] as const;

export type StepId = (typeof STEP_IDS)[number];

/** Milliseconds of one `eth_sign` round trip over `n` in a row. */
export type Latency = {p50: number; p95: number; n: number};

/** What one step found. */
export type Finding = {
  state: 'ok' | 'warn' | 'fail';
  /** What came back, as it came (safe to print). */
  got: string;
  /** What that means for the operator. */
  means: string;
  /** The one thing to type or change; null when nothing is. */
  fix: string | null;
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
  /** What a missing answer means, and the fix; the general text when absent. */
  slow?: {means: string; fix: string};
  /**
   * AosErrors count as a failed step.
   * @throws AosError SIGNER_*
   */
  run: (context: CheckContext, signal: AbortSignal) => Promise<Finding>;
};

const text = (fix: NextStep | string): string => (typeof fix === 'string' ? fix : renderNext(fix));

export const ok = (got: string, means: string, facts: Finding['facts'] = {}): Finding => ({
  state: 'ok',
  got,
  means,
  fix: null,
  facts,
});
export const warn = (
  got: string,
  means: string,
  fix: NextStep | string,
  facts: Finding['facts'] = {},
): Finding => ({
  state: 'warn',
  got,
  means,
  fix: text(fix),
  facts,
});
export const fail = (
  got: string,
  means: string,
  fix: NextStep | string,
  facts: Finding['facts'] = {},
): Finding => ({
  state: 'fail',
  got,
  means,
  fix: text(fix),
  facts,
});
/** A failure after which no other step can say anything. */
export const stop = (got: string, means: string, fix: NextStep | string): Finding => ({
  state: 'fail',
  got,
  means,
  fix: text(fix),
  stop: true,
});
