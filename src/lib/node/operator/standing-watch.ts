import {linkedAbort, untilAbort} from '../../foundation/async/abort.ts';
import {slept} from '../../foundation/async/every.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEventBody} from '../events/events.ts';
import {
  costEnd,
  isNews,
  type ChainCost,
  type StandingFacts,
  type StandingFailure,
} from '../events/standing.ts';
import type {ChainLink} from '../events/links.ts';
import type {Notes} from '../journal/journal.ts';
import {costsAfter} from '../standing/costs.ts';
import {EMPTY_MEMORY, memoryOf, memoryText, STANDING_NOTE, type StandingMemory} from '../standing/memory.ts';
import {followedBy} from '../standing/followed.ts';
import type {Followed, StandingReader, StandingReading} from '../standing/reading.ts';
import type {Health} from './health.ts';

const EVERY_MS = 60_000;
/** As long as nothing was read, and something might be any moment: an RPC that starts with the operator. */
const FIRST_RETRY_MS = 10_000;
/** A reading that takes longer is given up; the next one comes at its time. */
const LIMIT_MS = 30_000;
/** Characters of a failure that are kept. */
const MOST_TEXT = 300;

/**
 * Reads what the chain says of this operator, now and a minute after the end of each reading, so that none overlaps another,
 * until the signal aborts. A chain that does not answer leaves the last facts as they were, with their age and the reason.
 */
export async function watchStanding(deps: {
  reader: StandingReader;
  journal: Notes;
  time: Time;
  emit: Emit;
  health: Pick<Health, 'failed'>;
  signal: AbortSignal;
}): Promise<void> {
  const {reader, journal, time, emit, health, signal} = deps;
  let memory = recalled(journal, health);
  let noted = memoryText(memory);
  let readAt: number | null = null;
  let failure: StandingFailure | null = null;
  let last: StandingReading | null = null;
  let reported = '';

  function keep(): void {
    const text = memoryText(memory);
    if (text === noted) return;
    noted = text;
    // Not awaited, so that a disk that hangs does not stop the chain from being read.
    journal.remember(STANDING_NOTE, text).catch((error: unknown) => health.failed('journal', error));
  }

  function report(): void {
    const figures = last?.figures ?? null;
    const facts: StandingFacts = {readAt, failure, links: last?.links ?? [], figures, costs: memory.costs};
    const state = withoutAge(facts);
    const block = figures === null ? null : {number: figures.block, blockAt: figures.blockAt};
    if (state === reported) emit({type: 'standing_read', readAt, block, failure});
    else emit({type: 'standing', ...facts});
    reported = state;
  }

  async function look(): Promise<void> {
    try {
      last = await readInTime(reader, followedBy(memory, last === null), {time, signal});
      if (signal.aborted) return;
      readAt = time.now();
      failure = null;
      const before = memory.costs;
      memory = costsAfter(memory, last, readAt);
      keep();
      for (const event of costEvents(before, memory.costs, {links: last.links, at: readAt})) emit(event);
    } catch (error) {
      if (signal.aborted) return;
      failure = {...describe(error), since: failure?.since ?? time.now()};
    }
    report();
  }

  const pause = (): number => (readAt === null ? FIRST_RETRY_MS : EVERY_MS);
  do await look();
  while (await slept(pause(), {time, signal}));
}

/** What earlier runs have seen; without a journal that can be read, nothing: the next change is compared with now. */
function recalled(journal: Notes, health: Pick<Health, 'failed'>): StandingMemory {
  try {
    return memoryOf(journal.recall(STANDING_NOTE));
  } catch (error) {
    if (!isAosError(error)) throw error;
    health.failed('journal', error, 'standing');
    return EMPTY_MEMORY;
  }
}

/** @throws AosError CHAIN_UNREACHABLE when it takes too long; as the reader */
async function readInTime(
  reader: StandingReader,
  followed: Followed,
  {time, signal}: {time: Time; signal: AbortSignal},
): Promise<StandingReading> {
  const {controller, unlink} = linkedAbort(signal);
  const late = new AosError(
    'CHAIN_UNREACHABLE',
    `the chain gave no whole answer within ${LIMIT_MS / 1000} s`,
  );
  const cancel = time.after(LIMIT_MS, () => controller.abort(late));
  // Nothing waits for a reader that takes its time to notice the signal.
  const givenUp = untilAbort(controller.signal).then(() => Promise.reject(late));
  try {
    return await Promise.race([reader.read(controller.signal, followed), givenUp]);
  } catch (error) {
    throw controller.signal.aborted && !signal.aborted ? late : error;
  } finally {
    cancel();
    unlink();
  }
}

/** What begins to cost, gets worse, and costs no more. What has only happened has no end that says anything. */
function costEvents(
  before: readonly ChainCost[],
  after: readonly ChainCost[],
  now: {links: readonly ChainLink[]; at: number},
): OperatorEventBody[] {
  const worse = after.filter(({key, step}) => step > (before.find((cost) => cost.key === key)?.step ?? 0));
  const over = before.filter((cost) => !isNews(cost) && !after.some(({key}) => key === cost.key));
  return [
    ...worse.map((cost) => ({type: 'chain_cost' as const, ...cost})),
    ...over.flatMap((cost) => {
      const {key, kind, code, since} = cost;
      const text = costEnd(cost, now);
      const afterMs = Math.max(0, now.at - since);
      return text === null ? [] : [{type: 'chain_cost_ended' as const, key, kind, code, text, afterMs}];
    }),
  ];
}

function describe(error: unknown): Omit<StandingFailure, 'since'> {
  const message = safeText(errorText(error), MOST_TEXT);
  if (isAosError(error)) return {code: error.code, message, next: error.next};
  return {code: 'BUG', message, next: say('Report this line.')};
}

/** The facts without what changes with each block. */
function withoutAge({links, figures, costs, failure}: StandingFacts): string {
  const lasting = figures === null ? null : {...figures, endpoint: '', block: '', blockAt: 0, gas: null};
  return JSON.stringify({
    links: links.map(({at: _at, ...link}) => link),
    lasting,
    costs,
    failed: failure?.code ?? null,
  });
}
