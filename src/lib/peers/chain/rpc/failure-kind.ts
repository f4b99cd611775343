/** What is known of a request that got no result. */
export type RpcFacts = {
  /** HTTP status; null when there was no HTTP answer. */
  status: number | null;
  /** Code of a JSON-RPC error; null without one. */
  code: number | null;
  /** The error's text with its details, or the begin of a body that is no JSON-RPC. Outside text; secrets of the URL are taken out. */
  text: string;
  /** Why there was no whole HTTP answer: the code of a socket error, `TIMEOUT` or `TOO_LARGE`; null when there was one. */
  network: string | null;
  /** The wait that `Retry-After` asks for. */
  retryAfterMs: number | null;
  /** Scheme and host that a redirect names. */
  redirectTo: string | null;
};

/**
 * What a failure means. `key`: the key in the URL is refused; `quota`: the plan is used up; `busy`: too many requests;
 * `behind`: the node lacks a block that another one named; `archive`: it keeps no state that old; `gateway`: what is before
 * the nodes failed; `node`: an error of the node's own; `other`: the node refuses this very request.
 */
export type FailureKind =
  | 'unreached'
  | 'timeout'
  | 'tls'
  | 'large'
  | 'redirect'
  | 'archive'
  | 'quota'
  | 'busy'
  | 'behind'
  | 'key'
  | 'method'
  | 'gateway'
  | 'not-json'
  | 'node'
  | 'other';

/** A request that ended by its own limit, or by that of its size. */
export const TIMEOUT = 'TIMEOUT';
export const TOO_LARGE = 'TOO_LARGE';

export const ARCHIVE_WORDS =
  /archive|personal token|pruned|missing trie node|state (?:is )?not available|histor(?:y|ical)[^.]{0,40}(?:unavailable|not available)/i;
export const QUOTA_WORDS =
  /(?:monthly|daily)[^.]{0,40}(?:limit|quota|capacity|count|exceeded)|out of credits|payment required/i;
export const RATE_WORDS =
  /rate.?limit|too many requests|request rate|throttl|per second|requests? limit reached|over rate|back ?off/i;
export const BEHIND_WORDS =
  /beyond (?:the )?(?:current )?(?:head|latest)|unknown block(?! ?tag)|(?:header|block)(?: for hash)? (?:is )?not found|block[^.]{0,60}cannot be found|unable to find block|after last accepted block/i;
export const DENIED_WORDS =
  /unauthori[sz]ed|unauthenticated|must be authenticated|forbidden|(?:invalid|missing|no|unknown|expired) (?:api.?|project.?|app.?)?(?:key|token|id)\b|not allowed to access|\b(?:app|project|key) is (?:inactive|disabled|suspended)/i;
export const METHOD_WORDS =
  /method[^.]{0,60}(?:not (?:found|supported|available|allowed|whitelisted)|does not exist|disabled)/i;

/** Of eth_getLogs: a wait changes nothing. Some use the code of too many requests for it. */
const SIZE_WORDS = /more than [\d,]+k? (?:results|logs)/i;

/** JSON-RPC codes that providers use for too many requests alone. */
const BUSY_CODES: ReadonlySet<number> = new Set([429, -32005, -32007, -32016, -32029, -32090]);
/** Statuses of what is before a node: a proxy, a balancer, a content network. */
const isGateway = (status: number | null): boolean => status !== null && (status >= 500 || status === 408);
const TLS_CODE = /^(?:ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)|^EPROTO$/;

/**
 * The one table of failures, for every request to an RPC; the first rule that fits decides. Most go by the text, because
 * providers use the same codes for everything. A reverted call is no failure ({@link isRevertAnswer}).
 */
const RULES: readonly (readonly [FailureKind, (facts: RpcFacts) => boolean])[] = [
  ['timeout', ({network}) => network === TIMEOUT],
  ['large', ({network}) => network === TOO_LARGE],
  ['tls', ({network}) => network !== null && TLS_CODE.test(network)],
  ['unreached', ({network}) => network !== null],
  ['redirect', ({status}) => status !== null && status >= 300 && status < 400],
  ['archive', ({text}) => ARCHIVE_WORDS.test(text)],
  ['quota', ({status, text}) => status === 402 || QUOTA_WORDS.test(text)],
  ['other', ({status, code, text}) => status !== 429 && code !== null && SIZE_WORDS.test(text)],
  [
    'busy',
    ({status, code, text}) =>
      status === 429 || (code !== null && BUSY_CODES.has(code)) || RATE_WORDS.test(text),
  ],
  ['behind', ({code, text}) => code !== null && BEHIND_WORDS.test(text)],
  ['key', ({status, text}) => status === 401 || status === 403 || DENIED_WORDS.test(text)],
  ['method', ({code, text}) => code === -32601 || code === -32004 || METHOD_WORDS.test(text)],
  ['gateway', ({code, status}) => code === null && isGateway(status)],
  ['not-json', ({code, status}) => code === null && status !== null && status < 400],
  ['node', ({code}) => code === -32603 || code === -32000],
  ['other', () => true],
];

/** Reads a failure. */
export function kindOf(facts: RpcFacts): FailureKind {
  return RULES.find(([, fits]) => fits(facts))?.[0] ?? 'other';
}

/** Error code of a reverted call, EIP-1474 as clients extended it. */
const EXECUTION_REVERTED = 3;
/** Error texts of clients for a reverted call, and for a halted one: out of gas, INVALID, an invalid jump or stack. */
const REVERTED = /\brevert(?:ed)?\b|VM execution error/i;
const BROKEN_OFF =
  /\bout of gas\b|\b(?:invalid|unknown|undefined) opcode\b|\binvalid jump\b|\bstack (?:under|over)flow\b|\bstack limit reached\b/i;
/** anvil's text for a halted call: `EVM error InvalidFEOpcode`. */
const HALTED = /^EVM error [A-Z][A-Za-z]+$/;

/**
 * True when the node ran the call and the contract reverted or halted. Decided by the text: clients use different codes
 * (3, -32000, -32003, -32015, -32603), and the same codes for problems of their own.
 */
export function isRevertAnswer(code: number, text: string): boolean {
  return code === EXECUTION_REVERTED || [REVERTED, BROKEN_OFF, HALTED].some((words) => words.test(text));
}
