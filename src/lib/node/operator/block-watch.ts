import {createBackoff} from '../../foundation/async/backoff.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import {slept} from '../../foundation/async/every.ts';
import type {Health} from './health.ts';
import type {BlockReader} from './ports.ts';

/** The pace of looking: that of the chain, within these limits. */
const FASTEST_MS = 5_000;
const SLOWEST_MS = 15_000;
/** After failures ever longer, up to this. */
const RETRY_CAP_MS = 30_000;

/** Emits the newest block about once per block time, until the signal aborts. A failing chain is reported once. */
export async function watchBlocks(deps: {
  reader: BlockReader;
  time: Time;
  random: () => number;
  emit: Emit;
  health: Health;
  /** Must not throw. */
  onBlock: (block: {number: bigint; at: number}) => void;
  signal: AbortSignal;
}): Promise<void> {
  const {reader, time, emit, health, signal} = deps;
  const backoff = createBackoff({firstMs: FASTEST_MS, capMs: RETRY_CAP_MS, random: deps.random});
  let last: {number: bigint; at: number} | undefined;
  let pause = FASTEST_MS;
  do {
    const started = time.monotonic();
    try {
      const block = await reader.newest(signal);
      const rpcMs = Math.round(time.monotonic() - started);
      if (signal.aborted) return;
      backoff.reset();
      health.worked('chain', 'newest block');
      deps.onBlock(block);
      emit({type: 'block', number: block.number.toString(), blockAt: block.at, rpcMs});
      pause = last === undefined ? FASTEST_MS : (paceOf(last, block) ?? pause);
      last = block;
    } catch (error) {
      if (signal.aborted) return;
      health.failed('chain', error, 'newest block');
      pause = backoff.next();
    }
  } while (await slept(pause, {time, signal}));
}

/** The time between blocks, within the limits; undefined when no new one came. */
function paceOf(before: {number: bigint; at: number}, now: {number: bigint; at: number}): number | undefined {
  const blocks = Number(now.number - before.number);
  if (blocks <= 0) return undefined;
  return Math.min(SLOWEST_MS, Math.max(FASTEST_MS, (now.at - before.at) / blocks));
}
