import {wrap} from '../../foundation/text/cells.ts';
import {ALL_FIELDS, FIELDS} from '../../config/schema.ts';
import {sanitizeValue} from '../../config/sanitize.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Entry} from './config-text.ts';
import {QUESTIONS} from './questions.ts';
import type {Findings} from './wizard.ts';

const CONTRACTS = 'chain.contracts.';
const BLS_KEY = 'node.bls_';

/** What may be left out, and what that costs: `aos doctor` warns of it too. */
const LEFT_OPEN: readonly (readonly [string, string])[] = [
  [FIELDS.dispatcherAddress.path, 'jobs of any valid signer are taken'],
  [FIELDS.outerUrl.path, 'the network does not know where to probe this node'],
  ['alerts', 'none is sent when something is wrong'],
];

/**
 * The review page: what the file will hold that is not the default anyway, and which problems are left.
 * @param width columns of the terminal
 */
export function reviewLines(
  {
    file,
    entries,
    findings,
    making,
  }: {
    file: string;
    entries: readonly Entry[];
    findings: Findings;
    /** Other files that will be made. */
    making: readonly string[];
  },
  width: number,
): string[] {
  const differing = entries.filter(({path, value}) => value !== fallbackOf(path));
  const lines = [`Settings of ${safeText(file)} that differ from the defaults:`];
  // Brought by a devnet, not asked for: the page is for what may be wrong.
  const contracts = differing.filter(({path}) => path.startsWith(CONTRACTS));
  const hasMany = contracts.length > 2;
  const isDevnet = entries.some(({path, value}) => path === FIELDS.network.path && value === 'devnet');
  const hasKey = differing.some(({path}) => path.startsWith(BLS_KEY));
  for (const {path, value} of differing) {
    if (path.startsWith(BLS_KEY) || (hasMany && path.startsWith(CONTRACTS))) continue;
    const text = shownValue(path, value);
    if (path.length + text.length + 4 <= width) lines.push(`  ${path}  ${text}`);
    else lines.push(`  ${path}`, ...wrap(text, Math.max(10, width - 4)).map((part) => `    ${part}`));
  }
  if (hasKey) lines.push(`  ${BLS_KEY}*  the BLS key that the devnet made`);
  if (hasMany)
    lines.push(`  ${CONTRACTS}*  ${contracts.length} addresses, as the ${isDevnet ? 'devnet' : 'file'} says`);
  for (const name of making)
    lines.push(...wrap(`makes ${safeText(name)}`, Math.max(10, width - 2)).map((part) => `  ${part}`));
  for (const {key, path} of QUESTIONS) {
    const finding = findings[key];
    if (finding?.state !== 'fail') continue;
    const summary = wrap(`${path}: ${finding.found}`, Math.max(10, width - 4));
    lines.push(...summary.map((part, index) => `  ${index === 0 ? '!' : ' '} ${part}`));
  }
  for (const [path, risk] of isDevnet ? [] : LEFT_OPEN) {
    if (entries.some((entry) => isAtOrBelow(entry.path, path) && entry.value !== '')) continue;
    const summary = wrap(`${path} is not set: ${risk}`, Math.max(10, width - 4));
    lines.push(...summary.map((part, index) => `  ${index === 0 ? '!' : ' '} ${part}`));
  }
  return lines;
}

/** A value for the screen: of an RPC URL the host only, since its path or query often is a key. */
export function shownValue(path: string, value: string | readonly string[]): string {
  if (value === '') return '';
  if (typeof value !== 'string') return value.map((item) => shownValue(path, item)).join(', ');
  return isSecret(path) ? withoutKeys(value) : safeText(value, 200);
}

/** Whether a value of the key may hold an access key. */
export function isSecret(path: string): boolean {
  return ALL_FIELDS.some((field) => field.path === path && field.secret);
}

/** Scheme, host and port of a URL; that there is more is said, not shown. */
export function withoutKeys(value: string): string {
  if (!URL.canParse(value))
    return sanitizeValue(value).startsWith('"') ? 'a value (not shown)' : sanitizeValue(value);
  const url = new URL(value);
  const rest = url.username !== '' || url.search !== '' || url.pathname.length > 1;
  return `${url.protocol}//${url.host}${rest ? '/… (the rest is not shown)' : ''}`;
}

const isAtOrBelow = (path: string, section: string): boolean =>
  path === section || path.startsWith(`${section}.`);

function fallbackOf(path: string): string | null {
  return ALL_FIELDS.find((field) => field.path === path)?.fallback ?? null;
}
