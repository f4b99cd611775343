import type {Time} from '../../foundation/time/time.ts';
import {watchBlocks} from './block-watch.ts';
import {CHECK_EVERY_MS, type ClockGuard} from './clock-guard.ts';
import {watchClock, type MergedClock} from './clock-watch.ts';
import {watchDisk, type DiskReader} from './disk-watch.ts';
import type {Emit, Tally} from '../events/events.ts';
import {every} from '../../foundation/async/every.ts';
import type {Health} from './health.ts';
import type {BlockReader, WatchedWorker} from './ports.ts';
import type {SignerWatch} from './signer-watch.ts';
import type {SecondOperatorWatch} from './second-operator/watch.ts';
import {watchMissing} from './missing-watch.ts';
import {watchStanding} from './standing-watch.ts';
import {whileReadable} from './while-readable.ts';
import type {WorkFlow} from './work-flow.ts';
import {createWorkerReport} from './worker-report.ts';
import {watchWorkers} from './worker-watch.ts';
import type {ClockJournal, JobJournal, Notes} from '../journal/journal.ts';
import type {StandingReader} from '../standing/reading.ts';

export type Watching = {
  flow: Pick<WorkFlow, 'run'>;
  secondOperator: Pick<SecondOperatorWatch, 'run'>;
  journal: Pick<ClockJournal, 'lastReading'> & Pick<JobJournal, 'withoutAnswer'> & Notes;
  merged: () => MergedClock | null;
  clockId: bigint;
  signers: SignerWatch;
  workers: readonly WatchedWorker[];
  blockReader: BlockReader;
  /** Null: what the chain says of this operator is not read. */
  standingReader: StandingReader | null;
  clock: ClockGuard;
  disk: DiskReader;
  /** What the run amounts to so far. */
  sumUp: () => Tally & {inProgress: number; pending: number; uptimeMs: number};
  time: Time;
  random: () => number;
  emit: Emit;
  health: Health;
  /** The operator has ended. */
  signal: AbortSignal;
  /** The operator stops and finishes the jobs in progress. */
  stopping: AbortSignal;
};

/** How often the run is summed up. */
const SUM_UP_EVERY_MS = 60_000;

/** Tells about the parts while they work, until the signals abort; each by itself, none waited for. */
export async function watchParts(deps: Watching): Promise<void> {
  const {journal, merged, clockId, workers, time, random, emit, health, signal} = deps;
  // Not while it stops: parts that are no longer needed are not watched.
  const whileWorking = {time, signal: deps.stopping};
  await Promise.all([
    watchClock({journal, merged, clockId, time, emit, signal}),
    deps.signers.run(deps.stopping),
    watchWorkers({...whileWorking, workers, health, onStates: createWorkerReport(emit)}),
    watchMissing({...whileWorking, journal, emit}),
    watchBlocks({
      ...whileWorking,
      reader: deps.blockReader,
      random,
      emit,
      health,
      onBlock: deps.clock.onBlock,
    }),
    ...(deps.standingReader === null
      ? []
      : [watchStanding({...whileWorking, reader: deps.standingReader, journal, emit, health})]),
    every(CHECK_EVERY_MS, {time, signal}, deps.clock.check),
    deps.flow.run(deps.stopping),
    deps.secondOperator.run(deps.stopping),
    watchDisk({...whileWorking, disk: deps.disk, health}),
    every(
      SUM_UP_EVERY_MS,
      whileWorking,
      whileReadable(health, 'sum', () => emit({type: 'minute', ...deps.sumUp()})),
    ),
  ]);
}
