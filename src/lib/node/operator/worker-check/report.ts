import type {Check} from '../../../foundation/check/check.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';

/** What is asked of a worker: its status, a request, the answer to it. */
export const WORKER_CHECKS = ['status', 'request', 'answer'] as const;
export type WorkerCheckId = (typeof WORKER_CHECKS)[number];

/** What came back for the request of a check. */
export type CheckedAnswer = {
  /** The beginning of the text. */
  text: string;
  characters: number;
  stateRoot: string;
  /** Of a tee worker: the beginning of it. */
  attestation: string;
  /** Which engine it is, where the worker is an OpenAI-compatible server; '' for others. */
  engine: string;
  /** From the request to the answer. */
  ms: number;
};

/** One worker as a check found it. */
export type CheckedWorker = {
  kind: WorkerKind;
  url: string;
  /** How it takes the request for its status; null: it has not answered. The published worker takes POST alone. */
  method: 'GET' | 'POST' | null;
  /** Of its status; null: it says none. */
  nodeId: string | null;
  /** Most requests that are open there at once. */
  places: number;
  /** Requests of the operator that were open there. */
  open: number;
  checks: (Check<WorkerCheckId> & {ms: number})[];
  answer: CheckedAnswer | null;
};
