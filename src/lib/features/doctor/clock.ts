import {judgeOffset, narrow, rangeOfDate, type OffsetRange, type OffsetSource} from './clock-offset.ts';
import {proxyFor} from '../../foundation/system/proxy-choice.ts';
import {openChain} from '../../peers/chain/open.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import type {Probe} from './run.ts';
import {networkProblem} from '../../peers/http/network-code.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {readSignerTls} from '../../peers/signer/tls-files.ts';
import {isLoopbackHost} from '../../peers/signer/url.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import type {DoctorContext} from './context.ts';
import {httpPlace, placeOfHeads, type HttpPlace} from './http.ts';
import {noAnswerFrom} from './answer-time.ts';
import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';

/** Answers asked of a source at most, and the pause between: together they go once around the second. */
const SAMPLES = 8;
const PAUSE_MS = 140;
/** A source is left when it has taken so long, or when it is known as exactly. */
const TIME_MS = 1_800;
const EXACT_MS = 150;
/** The development chain’s clock is set as its user likes; its blocks say nothing about time. */
/** The slots of Ethereum’s networks: a block is stamped with the begin of its slot. */
const SLOT_CHAINS: ReadonlySet<number> = new Set([1, 17000, 560048, 11155111]);
/** The latest block is this old at most, a few slots missed. */
const BLOCK_AGE_MS = 48_000;

type Asked = {
  name: string;
  url: string;
  body?: string;
  /** RPCs alone are reached through a proxy. */
  peer: 'dispatcher' | 'rpc' | 'signer';
};
type Said = {source: OffsetSource} | {why: string};

export function clockProbes(context: DoctorContext): Probe[] {
  const {config, limits} = context;
  return [
    {
      checks: ['clock.offset'],
      run: async (report, signal) => {
        // A source that gives no answer does not hold up the others.
        const limit = deadline(signal, limits.answerMs);
        const said = await Promise.all([
          ...placesOf(context).map((place) => askDates(place, context, limit.signal)),
          ...config.rpcUrls.map((url) => askBlock(url, context, limit.signal)),
        ]).finally(limit.done);
        signal.throwIfAborted();
        const sources = said.flatMap((one) => ('source' in one ? [one.source] : []));
        const unread = said.flatMap((one) => ('why' in one ? [one.why] : []));
        report('clock.offset', judgeOffset(sources, {allLocal: isDevelopmentChain(config.chainId), unread}));
      },
    },
  ];
}

async function askDates(asked: Asked, context: DoctorContext, signal: AbortSignal): Promise<Said> {
  const {name, url} = asked;
  const {time, limits} = context;
  const started = time.monotonic();
  let place: HttpPlace | undefined;
  let range: OffsetRange | null = null;
  try {
    place = await placeOf(asked, context);
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      if (sample > 0) await time.sleep(PAUSE_MS, signal);
      const {date, sentAt, receivedAt} = await place.request(signal);
      if (date === null) return {why: `${name} does not say what time it is`};
      const fresh = rangeOfDate(date, sentAt, receivedAt);
      range = range === null ? fresh : (narrow(range, fresh) ?? range);
      if (range.high - range.low <= EXACT_MS || time.monotonic() - started > TIME_MS) break;
    }
  } catch (error) {
    if (range === null)
      return {
        why: signal.aborted ? noAnswerFrom(name, limits.answerMs) : `${name}: ${networkProblem(error)}`,
      };
  } finally {
    place?.close();
  }
  return range === null ? {why: name} : {source: {name, isLocal: isLocal(url), ...range}};
}

/** The way that the requests to this peer take; an https signer sees the certificate of node.signer_tls. */
async function placeOf(
  {url, body, peer}: Asked,
  {config, env, time, limits}: DoctorContext,
): Promise<HttpPlace> {
  const choice = peer === 'rpc' ? proxyFor(new URL(url), env) : null;
  if (choice !== null) {
    const {openHeadReader} = await import('../../peers/http/head-reader.ts');
    return placeOfHeads(openHeadReader({url, body}, choice, time.now, limits.answerMs));
  }
  const files = peer === 'signer' && url.startsWith('https:') ? config.signerTls : null;
  return httpPlace(url, time.now, {body, tls: files === null ? {} : readSignerTls(files, time.now())});
}

/**
 * A block of a real chain is not from the future, and the latest one is not old: a wide bound, but of the whole network,
 * also where the RPC is on this machine.
 */
async function askBlock(url: string, {time}: DoctorContext, signal: AbortSignal): Promise<Said> {
  try {
    const options = {rpcUrls: [url], chainId: null, timeoutMs: TIME_MS, signal};
    const {chainId, timestamp, endpoint} = await openChain(options);
    if (!SLOT_CHAINS.has(chainId)) return {why: `the blocks of chain ${chainId} are no clock`};
    const age = time.now() - Number(timestamp) * 1000;
    return {source: {name: `block of ${endpoint}`, isLocal: false, low: age - BLOCK_AGE_MS, high: age}};
  } catch (error) {
    return {why: signal.aborted ? 'its blocks were not read either' : errorText(error)};
  }
}

function placesOf({config}: DoctorContext): Asked[] {
  const host = (url: string): string => new URL(url).host;
  const call = JSON.stringify({jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: []});
  const {signerUrl, dispatcherUrl} = config;
  const dispatcher = dispatcherUrl === null ? null : dispatcherHttpUrl(null, dispatcherUrl);
  return [
    ...(dispatcher === null
      ? []
      : [{name: `dispatcher ${host(dispatcher)}`, url: dispatcher, peer: 'dispatcher' as const}]),
    ...config.rpcUrls.map((url) => ({
      name: `RPC ${host(url)}`,
      url,
      body: call,
      peer: 'rpc' as const,
    })),
    ...(signerUrl === null
      ? []
      : [{name: `signer ${host(signerUrl)}`, url: `${signerUrl}/upcheck`, peer: 'signer' as const}]),
  ];
}

function isLocal(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname.replaceAll(/[[\]]/g, ''));
}
