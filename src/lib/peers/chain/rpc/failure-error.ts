import {AosError} from '../../../foundation/errors/error.ts';
import type {ErrorCode} from '../../../foundation/errors/table.ts';
import {run, say, type NextStep} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {duration} from '../../../foundation/time/duration.ts';
import type {FailureKind, RpcFacts} from './failure-kind.ts';

/** What a failure is for people: `said` follows the host. */
type Wording = {
  code: ErrorCode;
  said: (facts: RpcFacts) => string;
  /** Null for the general step of the code. */
  next: NextStep | null;
};

/** Characters of the RPC's own words at most. */
const MOST_WORDS = 160;

const WORDINGS: Readonly<Record<FailureKind, Wording>> = {
  unreached: {
    code: 'CHAIN_UNREACHABLE',
    said: ({network}) => `cannot be reached (${network ?? 'UNKNOWN'})`,
    next: null,
  },
  timeout: {code: 'CHAIN_UNREACHABLE', said: () => 'did not answer in time', next: null},
  tls: {
    code: 'CHAIN_UNREACHABLE',
    said: ({network}) => `cannot be reached: TLS fails (${network ?? 'UNKNOWN'})`,
    next: say(
      'Check scheme and port of chain.chain_rpc_url, its certificate (NODE_EXTRA_CA_CERTS adds one) and the clock of this machine.',
    ),
  },
  gateway: {
    code: 'CHAIN_UNREACHABLE',
    said: ({status}) => `answered with HTTP status ${status ?? 0}: no node behind it answers`,
    next: say('Run the command again in a minute, or add another RPC in chain.rpc_urls.'),
  },
  large: {
    code: 'CHAIN_BAD_ANSWER',
    said: () => 'gave an answer without an end: larger than any that was asked for',
    next: null,
  },
  'not-json': {code: 'CHAIN_BAD_ANSWER', said: notJson, next: null},
  redirect: {
    code: 'CHAIN_REFUSED',
    said: ({status, redirectTo}) =>
      `redirects to ${redirectTo ?? 'another address'} (HTTP ${status ?? 0}), which is not followed`,
    next: say('Write the address that it redirects to in chain.chain_rpc_url.'),
  },
  archive: {
    code: 'CHAIN_REFUSED',
    said: () => 'no longer has the state or logs of a block that old',
    next: say('Use an RPC with the full history (an archive node).'),
  },
  quota: {
    code: 'CHAIN_REFUSED',
    said: (facts) => `refuses: the quota of its plan is used up (${codeOf(facts)})`,
    next: say('Wait until the provider renews the quota, or add another RPC in chain.rpc_urls.'),
  },
  key: {
    code: 'CHAIN_REFUSED',
    said: (facts) => `refuses the key in its URL, or wants one (${codeOf(facts)})${quoted(facts)}`,
    next: say('Check the key in the RPC URL, and that its app is active with the provider.'),
  },
  busy: {
    code: 'CHAIN_BUSY',
    said: (facts) => `allows no more requests now: too many requests (${codeOf(facts)})${waitOf(facts)}`,
    next: null,
  },
  behind: {
    code: 'CHAIN_BEHIND',
    said: (facts) => `lacks the block that it has just named (${codeOf(facts)})`,
    next: null,
  },
  method: {
    code: 'CHAIN_REFUSED',
    said: (facts) => `does not offer a method that is needed (${codeOf(facts)})${quoted(facts)}`,
    next: say('Use another RPC: set chain.chain_rpc_url.'),
  },
  node: {
    code: 'CHAIN_REFUSED',
    said: (facts) => `answered with the JSON-RPC error ${facts.code ?? 0}${quoted(facts)}`,
    next: run('doctor', ['--only', 'chain']),
  },
  other: {
    code: 'CHAIN_REFUSED',
    said: (facts) => `refuses a request (${codeOf(facts)})${quoted(facts)}`,
    next: run('doctor', ['--only', 'chain']),
  },
};

/** Returns the error of a failed request. It quotes the RPC's words only where they may explain what no table knows. */
export function failureError(kind: FailureKind, facts: RpcFacts, endpoint: string): AosError {
  const {code, said, next} = WORDINGS[kind];
  const subject = kind === 'behind' ? `the nodes behind ${endpoint} are not in step: one of them` : endpoint;
  return new AosError(code, `${subject} ${said(facts)}`, {
    ...(next === null ? {} : {next}),
    details: {kind, status: facts.status, rpcCode: facts.code},
  });
}

/** A few words of a pause before the next try, for a line that names what is waited for. */
export function pauseText(kind: FailureKind): string {
  return PAUSES[kind] ?? 'it failed';
}

const PAUSES: Partial<Record<FailureKind, string>> = {
  busy: 'too many requests',
  behind: 'its nodes are not in step',
  gateway: 'no node behind it answers',
  unreached: 'it cannot be reached',
  timeout: 'it did not answer in time',
};

function codeOf({status, code}: RpcFacts): string {
  const http = status === null || status === 200 ? [] : [`HTTP ${status}`];
  const rpc = code === null ? [] : [`JSON-RPC ${code}`];
  return [...http, ...rpc].join(', ');
}

function quoted({text}: RpcFacts): string {
  const words = safeText(text.trim(), MOST_WORDS);
  return words === '' ? '' : `: "${words}"`;
}

function waitOf({retryAfterMs}: RpcFacts): string {
  return retryAfterMs === null || retryAfterMs < 1_000
    ? ''
    : `; it asks for a wait of ${duration(retryAfterMs)}`;
}

function notJson({text}: RpcFacts): string {
  return /^\s*(?:<!doctype|<html)/i.test(text)
    ? 'answered with a web page, not with JSON'
    : 'answered with something that is not JSON-RPC';
}
