import {
  ARCHIVE_WORDS,
  BEHIND_WORDS,
  DENIED_WORDS,
  METHOD_WORDS,
  QUOTA_WORDS,
  RATE_WORDS,
} from './rpc/failure-kind.ts';

/** The failure of an eth_getLogs request, as far as it is known. */
export type LogFailure = {
  /** HTTP status; null when there was no HTTP answer. */
  status: number | null;
  /** JSON-RPC error code. */
  code: number | null;
  /** The error's text with all its details; empty when there was no answer. */
  text: string;
};

/** What a failure of eth_getLogs means for the next request. */
export type LogLimit =
  /** The provider says how many blocks one request may span. */
  | {kind: 'blocks'; blocks: number}
  /** Too many blocks, without saying how many are allowed. */
  | {kind: 'range'}
  /** Too many logs, too large an answer or too long a search in these very blocks; perhaps with a range that works. */
  | {kind: 'results'; suggested: {from: number; to: number} | null}
  /** Too many requests, or a temporary problem. */
  | {kind: 'busy'}
  /** No other range will help. */
  | {kind: 'stop'; why: 'archive' | 'denied' | 'quota' | 'unsupported' | 'other'};

const RESULTS =
  /more than [\d,]+k? (?:results|logs)|max(?:imum)? (?:results|logs)|too many (?:results|logs)|response (?:size|is too)|size (?:exceeded|limit)|time.?out|timed out|took too long|exceeds? max results|body too large/i;
const RANGE = /range|too (?:wide|large|big|many)|limit|exceed|entity too large/i;

/** Phrases with a number of blocks; those of the second half need a word behind the number. */
const STATED = [
  /(?:up to an? |limited to (?:an? |0 ?- ?)?|max(?:imum)?(?: allowed)?(?: block)? range:?(?: is| of)? ?|exceeds limit of |blocks is |ranges over |max(?:imum)? is )\s*([\d,]+)\s?([km])?\b/i,
  /(?:up to|more than|limit (?:of|is|to)|max(?:imum)?(?: of)?|exceeds?|within|over) ([\d,]+)\s?([km])? ?-?blocks?\b/i,
  /\b([\d,]+)\s?([km])?[ -]blocks? (?:range )?limit/i,
] as const;
const SUGGESTED = /\[\s*(0x[0-9a-f]{1,13})\s*,\s*(0x[0-9a-f]{1,13})\s*\]/i;

/** Classifies a failure of eth_getLogs by its text, because providers use the same codes for everything. */
export function readLogFailure({status, code, text}: LogFailure): LogLimit {
  if (status === 401 || status === 402) return {kind: 'stop', why: status === 401 ? 'denied' : 'quota'};
  if (ARCHIVE_WORDS.test(text)) return {kind: 'stop', why: 'archive'};
  if (QUOTA_WORDS.test(text)) return {kind: 'stop', why: 'quota'};
  if (status === 429 || RATE_WORDS.test(text) || BEHIND_WORDS.test(text)) return {kind: 'busy'};
  if (RESULTS.test(text)) return {kind: 'results', suggested: suggestedRange(text)};
  const blocks = statedBlocks(text);
  if (blocks !== null) return {kind: 'blocks', blocks};
  const suggested = suggestedRange(text);
  if (suggested !== null) return {kind: 'results', suggested};
  if (DENIED_WORDS.test(text)) return {kind: 'stop', why: 'denied'};
  if (code === -32601 || METHOD_WORDS.test(text)) return {kind: 'stop', why: 'unsupported'};
  if (status === 413 || code === -32005 || code === -32614 || RANGE.test(text)) return {kind: 'range'};
  if (status === 403) return {kind: 'stop', why: 'denied'};
  if (status === null || status >= 500 || status === 408) return {kind: 'busy'};
  // A retry mostly succeeds after status 200 with an internal error.
  if (code === -32603 || code === -32000) return {kind: 'busy'};
  return {kind: 'stop', why: 'other'};
}

/** The number of blocks that a provider's message names as its limit, e.g. `up to a 10 block range`, `max is 1k blocks`. */
function statedBlocks(text: string): number | null {
  for (const phrase of STATED) {
    const match = phrase.exec(text);
    const digits = match?.[1];
    if (digits === undefined) continue;
    const unit = {k: 1_000, m: 1_000_000}[match?.[2]?.toLowerCase() ?? ''] ?? 1;
    const blocks = Number(digits.replaceAll(',', '')) * unit;
    if (Number.isSafeInteger(blocks) && blocks >= 1) return blocks;
  }
  return null;
}

function suggestedRange(text: string): {from: number; to: number} | null {
  const match = SUGGESTED.exec(text);
  if (match === null) return null;
  const [from, to] = [Number(match[1]), Number(match[2])];
  return from <= to ? {from, to} : null;
}
