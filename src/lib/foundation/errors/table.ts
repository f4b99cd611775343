import type {NextStep} from '../next-step/next-step.ts';
import {GENERAL} from './codes/general.ts';
import {CONFIG} from './codes/config.ts';
import {KEYS} from './codes/keys.ts';
import {SIGNER} from './codes/signer.ts';
import {PROTOCOL} from './codes/protocol.ts';
import {CHAIN} from './codes/chain.ts';
import {STANDING} from './codes/standing.ts';
import {TRANSACTIONS} from './codes/transactions.ts';
import {DISPATCHER} from './codes/dispatcher.ts';
import {WORKER} from './codes/worker.ts';
import {CHECKS} from './codes/checks.ts';
import {PROOFS} from './codes/proofs.ts';
import {ATTESTATION} from './codes/attestation.ts';
import {ENGINE} from './codes/engine.ts';
import {JOURNAL} from './codes/journal.ts';
import {OPERATOR} from './codes/operator.ts';
import {PORT} from './codes/port.ts';
import {DEVNET} from './codes/devnet.ts';
import {SERVICE} from './codes/service.ts';
import {UPDATE} from './codes/update.ts';

/** The meanings of exit codes, the same with and without `--json` (`aos help exit-codes`). */
export const EXIT = {
  ok: 0,
  bug: 1,
  negative: 3,
  warnings: 4,
  pending: 8,
  usage: 64,
  data: 65,
  unavailable: 69,
  cannotWrite: 73,
  io: 74,
  tryLater: 75,
  protocol: 76,
  refused: 77,
  config: 78,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCategory =
  'bug' | 'usage' | 'config' | 'network' | 'data' | 'filesystem' | 'safety' | 'signal';

type CodeEntry = {
  /** The exit code that an error ends a command with; null: a notice, which ends nothing. */
  exit: keyof typeof EXIT | null;
  category: ErrorCategory | null;
  /** Its meaning for the operator, in one sentence. */
  means: string;
  /** The general next step; a throw site may name a better one. */
  next: NextStep;
  /** Usual causes and how to see them, the likeliest first. */
  causes: readonly string[];
};

/**
 * Every code that the toolkit can show, by the part that it is about: errors, and notices (warnings, alerts, answers of the
 * control socket), which end nothing. `aos explain` shows an entry.
 */
export const CODES = {
  ...GENERAL,
  ...CONFIG,
  ...KEYS,
  ...SIGNER,
  ...PROTOCOL,
  ...CHAIN,
  ...STANDING,
  ...TRANSACTIONS,
  ...DISPATCHER,
  ...WORKER,
  ...CHECKS,
  ...PROOFS,
  ...ATTESTATION,
  ...ENGINE,
  ...JOURNAL,
  ...OPERATOR,
  ...PORT,
  ...DEVNET,
  ...SERVICE,
  ...UPDATE,
} as const satisfies Readonly<Record<string, CodeEntry>>;

/** An error or a notice. */
export type Code = keyof typeof CODES;
/** A code that ends a command. */
export type ErrorCode = {[C in Code]: (typeof CODES)[C]['exit'] extends null ? never : C}[Code];
/** A code of a notice, which ends no command. */
export type NoticeCode = Exclude<Code, ErrorCode>;

/** Whether a word is a code of the table. */
export function isCode(word: string): word is Code {
  return Object.hasOwn(CODES, word);
}

/** Whether a code ends a command. */
export function isErrorCode(code: Code): code is ErrorCode {
  return CODES[code].exit !== null;
}

/** Whether a code ends nothing. */
export function isNoticeCode(code: Code): code is NoticeCode {
  return !isErrorCode(code);
}

/** All codes, errors first. */
export function allCodes(): Code[] {
  const codes = Object.keys(CODES).filter(isCode);
  return [...codes.filter(isErrorCode), ...codes.filter(isNoticeCode)];
}
