import {isDeepStrictEqual} from 'node:util';
import {ipRange} from '../foundation/system/ip-address.ts';
import {DURATION_PATTERN, durationText, MAX_TIMER_MS, parseDuration} from '../foundation/time/duration.ts';
import {checksumAddress, isAddress, isChecksummed} from '../protocol/wire/ethereum.ts';
import {isModelName, isProofUrl} from '../protocol/wire/proof.ts';
import type {ListenAddress} from './config.ts';
import {nearest} from '../foundation/text/nearest.ts';
import {plain, typingMistake} from './typed-text.ts';
import {UNSEEN} from '../foundation/text/odd-characters.ts';
import {pathMistake} from './user-path.ts';
import type {ValueType} from './value-type.ts';
import {etherMistake} from './ether-mistake.ts';

/** Whether two texts of a key say the same: equal but for letter case, or equal once they are read. */
export function meansTheSame(type: ValueType<unknown>, a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  const [first, second] = [type.parse(a), type.parse(b)];
  return !('wrong' in first) && !('wrong' in second) && isDeepStrictEqual(first.value, second.value);
}

const DAY_MS = 86_400_000;

export const text: ValueType<string> = {
  name: 'text',
  expected: 'text',
  parse: (value) => typingMistake(value, UNSEEN) ?? {value},
};

export const filePath: ValueType<string> = {
  name: 'path',
  expected: 'a path',
  parse(value) {
    const wrong = pathMistake(value);
    return wrong === null ? (typingMistake(value, UNSEEN) ?? {value}) : {wrong};
  },
};

/** An Ethereum address; a mixed-case one must carry the right EIP-55 checksum. Checksummed on return. */
export const address: ValueType<string> = plain({
  name: 'address',
  expected: 'an Ethereum address (0x and 40 hex digits)',
  pattern: '^0[xX][0-9a-fA-F]{40}$',
  parse(value) {
    if (isAddress(value)) {
      if (isChecksummed(value)) return {value: checksumAddress(value)};
      return {
        wrong: 'has a wrong EIP-55 checksum, so a digit may be wrong',
        expected: checksumAddress(value),
      };
    }
    const digits = value.replace(/^0x/i, '');
    if (!/^[0-9a-f]*$/i.test(digits)) return {wrong: 'is not an address'};
    if (digits.length !== 40) return {wrong: `has ${digits.length} hex digits`};
    return {wrong: 'does not start with 0x', expected: `0x${digits}`};
  },
});

/** 32 bytes as hex; lower-case without 0x on return. */
export const seed: ValueType<string> = plain({
  name: '32-byte hex',
  expected: '64 hex digits',
  pattern: '^(0[xX])?[0-9a-fA-F]{64}$',
  parse(value) {
    const digits = value.replace(/^0x/i, '');
    return /^[0-9a-f]{64}$/i.test(digits)
      ? {value: digits.toLowerCase()}
      : {wrong: 'is not a 32-byte hex seed'};
  },
});

export function integer(min: number, max: number): ValueType<number> {
  const expected = `a whole number from ${min} to ${max}`;
  return plain({
    name: 'number',
    expected,
    parse(value) {
      if (!/^[0-9]{1,16}$/.test(value)) return {wrong: 'is not a whole number'};
      const number = Number(value);
      if (number < min || number > max) return {wrong: 'is out of range'};
      return {value: number};
    },
  });
}

/** An unsigned 64-bit integer, such as a clock id. */
export const uint64: ValueType<bigint> = plain({
  name: 'number',
  expected: 'a whole number from 0 to 18446744073709551615',
  parse(value) {
    if (!/^[0-9]{1,20}$/.test(value)) return {wrong: 'is not a whole number'};
    const number = BigInt(value);
    return number < 2n ** 64n ? {value: number} : {wrong: 'is out of range'};
  },
});

/** A time as {@link parseDuration} reads it; milliseconds on return. */
export function duration(minMs: number, maxMs: number = MAX_TIMER_MS): ValueType<number> {
  const most = durationText(maxMs > DAY_MS ? maxMs - (maxMs % DAY_MS) : maxMs);
  return plain({
    name: 'duration',
    expected: `a time from ${durationText(minMs)} to ${most}, such as 30s, 1h30m or 2d`,
    pattern: DURATION_PATTERN,
    parse(value) {
      const ms = parseDuration(value);
      if (ms === null) return {wrong: 'is not a time'};
      return ms < minMs || ms > maxMs ? {wrong: 'is out of range'} : {value: ms};
    },
  });
}

/** A moment, RFC 3339 or a date (then 00:00 UTC); Unix ms on return. */
export const moment: ValueType<number> = plain({
  name: 'time',
  expected: 'a date or an RFC 3339 time',
  parse(value) {
    const form = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/;
    const ms = form.test(value) ? Date.parse(value.replace(' ', 'T').toUpperCase()) : Number.NaN;
    return Number.isNaN(ms) ? {wrong: 'is not a time'} : {value: ms};
  },
});

/** An amount of ETH; wei on return. */
export const ether: ValueType<bigint> = plain({
  name: 'ETH',
  expected: 'an amount of ETH with at most 18 decimals',
  pattern: '^[0-9]{1,12}([.][0-9]{1,18})?$',
  parse(value) {
    const [whole = '', decimals = ''] = value.split('.');
    if (!/^\d{1,12}(\.\d{1,18})?$/.test(value)) return etherMistake(value);
    return {value: BigInt(whole) * 10n ** 18n + BigInt(decimals.padEnd(18, '0'))};
  },
});

export function oneOf<const T extends string>(values: readonly T[]): ValueType<T> {
  const expected = `one of ${values.join(', ')}`;
  return plain({
    name: values.join(' \\| '),
    expected,
    options: values,
    parse(value) {
      const found = values.find((known) => known === value.toLowerCase());
      if (found !== undefined) return {value: found};
      const meant = nearest(value, values);
      return {wrong: meant === null ? 'is not known' : `is not known (did you mean ${meant}?)`};
    },
  });
}

/** An address to listen on: `host:port`, also written as `http://host:port`. */
export const listenAddress: ValueType<ListenAddress> = plain({
  name: 'host:port',
  expected: 'host:port, port 0 to 65535',
  pattern: '^([hH][tT][tT][pP]://)?[^/]+:[0-9]{1,5}/?$',
  parse(value) {
    const bare = value.replace(/^http:\/\//i, '').replace(/\/$/, '');
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) return {wrong: 'has a scheme other than http'};
    const parts = /^(?<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+):(?<port>\d{1,5})$/i.exec(bare)?.groups;
    const url = parts === undefined ? null : parseUrl(`http://${bare}`);
    if (parts !== undefined && Number(parts['port']) > 65_535) return {wrong: 'has a port above 65535'};
    if (parts === undefined || url === null) return {wrong: 'is not host:port'};
    return {value: {host: url.hostname.replaceAll(/[[\]]/g, ''), port: Number(parts['port'])}};
  },
});

/** Where metrics are served; null: nowhere. */
export const metricsAddress: ValueType<ListenAddress | null> = plain<ListenAddress | null>({
  name: 'host:port \\| off',
  expected: 'host:port, port 0 to 65535, or off',
  pattern: '^([oO][fF][fF]|([hH][tT][tT][pP]://)?[^/]+:[0-9]{1,5}/?)$',
  parse: (value) => (value.toLowerCase() === 'off' ? {value: null} : listenAddress.parse(value)),
});

/** An IP address, or a range of them, as it was written. */
export const addressRange: ValueType<string> = plain({
  name: 'address or range',
  expected: 'an IP address or a range such as 10.0.0.0/8',
  parse(value) {
    const range = ipRange(value);
    if (range === null) return {wrong: 'is neither an IP address nor a range of them'};
    return range.prefix === 0 ? {wrong: 'is every address'} : {value};
  },
});

/** The Web3Signer URL: scheme, host, port, nothing else. Without a slash at the end on return. */
export const signerUrl: ValueType<string> = plain({
  name: 'URL',
  expected: 'the URL of Web3Signer: http(s)://host:port',
  pattern: '^[hH][tT][tT][pP][sS]?://[^/]+/?$',
  parse(value) {
    const url = httpUrl(value);
    if ('wrong' in url) return url;
    if (url.value.pathname !== '/') return {wrong: 'has a path; Web3Signer answers at /'};
    if (/[?#]/.test(value)) return {wrong: 'has a query or fragment'};
    if (hasCredentials(url.value)) return {wrong: 'has a user name or password in it'};
    return {value: url.value.origin};
  },
});

/** A chain RPC. Its path or query often is an access key, so it is never shown. */
export const rpcUrl: ValueType<string> = plain({
  name: 'URL',
  expected: 'an http(s) URL',
  pattern: '^[hH][tT][tT][pP][sS]?://[^/]',
  parse(value) {
    const url = httpUrl(value);
    return 'wrong' in url ? url : {value: url.value.href};
  },
});

/** Base URL of an HTTP peer, also bare `host:port`. Without a slash at the end on return. */
export const baseUrl: ValueType<string> = plain({
  name: 'URL',
  expected: 'an http(s) URL',
  parse(value) {
    const url = httpUrl(/^[^/]+:\d+(\/|$)/.test(value) ? `http://${value}` : value);
    if ('wrong' in url) return url;
    if (hasCredentials(url.value)) return {wrong: 'has a user name or password in it'};
    if (/[?#]/.test(value)) return {wrong: 'has a query or fragment'};
    return {value: url.value.href.replace(/\/+$/, '')};
  },
});

/** The name of a model of a zkml worker, which joins it to a path. */
export const modelName: ValueType<string> = plain({
  name: 'name',
  expected: 'letters, digits, points, hyphens and underscores',
  pattern: '^[A-Za-z0-9._-]+$',
  parse: (value) => (isModelName(value) ? {value} : {wrong: 'is none that a zkml worker is asked about'}),
});

/** A register (PCR) of an enclave: the SHA-384 of what runs there, lower-case hex on return. */
export const register: ValueType<string> = plain({
  name: '48-byte hex',
  expected: '96 hex digits',
  pattern: '^(0[xX])?[0-9a-fA-F]{96}$',
  parse(value) {
    const digits = value.replace(/^0x/i, '').toLowerCase();
    if (!/^[0-9a-f]{96}$/.test(digits)) return {wrong: 'is no register of an enclave'};
    return /^0+$/.test(digits)
      ? {wrong: 'is the register of an enclave in debug mode, which proves nothing'}
      : {value: digits};
  },
});

/** Where a zkml worker downloads a proof. */
export const proofUrl: ValueType<string> = plain({
  name: 'URL',
  expected: 'an http(s) URL of a proof',
  pattern: '^[hH][tT][tT][pP][sS]?://[^/]',
  parse(value) {
    if (!isProofUrl(value)) return {wrong: 'is no http(s) URL'};
    return hasCredentials(new URL(value)) ? {wrong: 'has a user name or password in it'} : {value};
  },
});

/** Base of callback URLs. A reference file may include the opml route, which is dropped: aos appends its own. */
export const callbackUrl: ValueType<string> = {
  ...baseUrl,
  parse(value) {
    const url = baseUrl.parse(value);
    return 'wrong' in url ? url : {value: url.value.replace(/\/api\/(opml|tee|zkml)_callback$/, '')};
  },
};

/** The dispatcher: bare `host:port` as in the reference, `ws://`, `wss://`; with its path, `/ws` when there is none. */
export const dispatcherUrl: ValueType<string> = plain({
  name: 'URL or host:port',
  expected: 'host:port, or a ws:// or wss:// URL',
  parse(value) {
    const scheme = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\//i.exec(value)?.groups?.['scheme']?.toLowerCase();
    if (scheme !== undefined && scheme !== 'ws' && scheme !== 'wss')
      return {wrong: `starts with ${scheme}://`};
    if (scheme === undefined && !/^[^/]+:\d+(\/|$)/.test(value)) return {wrong: 'has no port'};
    const url = parseUrl(scheme === undefined ? `ws://${value}` : value);
    if (url === null) return {wrong: 'is not a URL'};
    if (url.port === '0') return {wrong: 'has port 0'};
    if (hasCredentials(url)) return {wrong: 'has a user name or password in it'};
    if (/[?#]/.test(value)) return {wrong: 'has a query or fragment'};
    if (url.pathname === '/') url.pathname = '/ws';
    return {value: url.href};
  },
});

function httpUrl(value: string): {value: URL} | {wrong: string} {
  if (!/^https?:\/\/[^/]/i.test(value)) return {wrong: 'does not start with http:// or https://'};
  const url = parseUrl(value);
  if (url === null) return {wrong: 'is not a URL'};
  return url.port === '0' ? {wrong: 'has port 0'} : {value: url};
}

function parseUrl(value: string): URL | null {
  // `new URL` drops tabs and line ends; a URL with them is a typing error.
  return !/\s/.test(value) && URL.canParse(value) ? new URL(value) : null;
}

function hasCredentials(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}
