import {duration} from '../../foundation/time/duration.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {LogLimit} from './log-cap.ts';
import {bestCase, type ProviderCap} from './log-window.ts';
import {type NextStep, say} from '../../foundation/next-step/next-step.ts';

type Why = Extract<LogLimit, {kind: 'stop'}>['why'];

const ADVICE: Readonly<Record<Why, {message: string; next: NextStep}>> = {
  archive: {
    message: 'the RPC keeps no logs of blocks that old without a token or an archive plan',
    next: say(
      'Give an RPC with full history by --rpc-url or ETH_RPC_URL, or read recent blocks only: --since 1d',
    ),
  },
  denied: {
    message: 'the RPC refuses the request for want of a valid key',
    next: say('Check the key in the RPC URL, or give another one by --rpc-url or ETH_RPC_URL.'),
  },
  quota: {
    message: 'the quota of this RPC is used up',
    next: say(
      'Run the command again when the quota is renewed (what was read is kept), or give another --rpc-url.',
    ),
  },
  unsupported: {
    message: 'the RPC does not offer eth_getLogs',
    next: say('Give an RPC that does by --rpc-url or ETH_RPC_URL.'),
  },
  other: {
    message: 'the RPC refuses eth_getLogs with an error that no other range will help',
    next: say('Give another RPC by --rpc-url or ETH_RPC_URL.'),
  },
};

/** Returns the error for a refusal that smaller windows do not avoid. */
export function stopAdvice(why: Why): AosError {
  return new AosError('LOGS_REFUSED', ADVICE[why].message, {next: ADVICE[why].next, details: {why}});
}

/** Returns the error for a provider that refuses even one block. */
export function giveUp(block: number): AosError {
  return new AosError('LOGS_REFUSED', `the RPC refuses the logs even of block ${block} alone`, {
    next: ADVICE.other.next,
    details: {why: 'one-block', block: String(block)},
  });
}

/** Windows of common providers, largest first, for advice about another one. */
const COMMON_CAPS = [100_000, 50_000, 10_000, 3_000, 2_000, 1_000] as const;

/**
 * Returns the error for a scan that needs too many requests: how many, how long, and what helps.
 * @param scan.ms their time at the measured speed; null before the first request
 * @param scan.perRequest counts the requests for all remaining blocks with windows of a size
 */
export function tooManyRequests(scan: {
  total: number;
  maxRequests: number;
  ms: number | null;
  cap: ProviderCap;
  perRequest: (size: number) => number;
}): AosError {
  const {total, maxRequests, ms, cap, perRequest} = scan;
  const window = bestCase(cap);
  const exact = Number.isFinite(cap.stated);
  const enough = COMMON_CAPS.findLast((size) => size > window && perRequest(size) <= maxRequests);
  const caps = Number.isFinite(window)
    ? ` (this RPC takes ${exact ? '' : 'at most '}${grouped(window)} blocks a request)`
    : '';
  const time = ms === null ? '' : `, about ${duration(ms)}`;
  const provider =
    enough === undefined
      ? 'give an RPC with a larger range by --rpc-url'
      : `give an RPC that takes ${grouped(enough)} blocks a request by --rpc-url (${grouped(perRequest(enough))} requests then)`;
  return new AosError(
    'SCAN_TOO_LARGE',
    `the scan needs ${exact ? '' : 'at least '}${grouped(total)} requests${time}${caps}; --max-requests allows ${grouped(maxRequests)}`,
    {
      next: say(
        `Read fewer blocks (--since 30d, --from-block N), ${provider}, or allow it: --max-requests ${total}`,
      ),
      details: {
        requests: total,
        maxRequests,
        window: Number.isFinite(window) ? window : null,
        seconds: ms === null ? null : Math.round(ms / 1000),
      },
    },
  );
}

const grouped = (value: number): string => value.toLocaleString('en-US');
