import {measured, type MeasuredView} from './view-measured.ts';
import {answeredBy} from './worker-view.ts';
import type {
  HeldAnswers,
  MissingAnswers,
  OperatorEvent,
  Refusal,
  StopReason,
  OperatorPart,
  Tally,
} from './events.ts';
import {countedOn, type Load} from './counted-on.ts';
import {countEvent, emptyTally} from './tally.ts';
import {cut} from './cut-text.ts';
import {jobAfter, jobChange, type JobView} from './view-jobs.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** `refused`: the dispatcher was reached and said no, in its own words (`refusal`). */
export const CONNECTION_STATES = ['starting', 'connecting', 'connected', 'disconnected', 'refused'] as const;

export type ConnectionView = {
  state: (typeof CONNECTION_STATES)[number];
  url: string | null;
  /** Unix ms. */
  since: number | null;
  reason: string | null;
  refusal: Refusal | null;
};

export type ProblemView = {part: OperatorPart; code: string; message: string; next: NextStep; since: number};

export type RangeView = {
  start: string;
  end: string;
  max: string;
  block: string | null;
  source: 'chain' | 'journal';
  /** `chain.vrf_sort_precision`; absent from an older operator. */
  precision?: number;
  at: number;
};

/** What a running operator is doing, small whatever it has done: times are Unix ms. */
export type OperatorView = MeasuredView & {
  /** Of the last event that went in; 0 when none did. */
  seq: number;
  at: number | null;
  node: {
    nodeId: string;
    network: string;
    version: string;
    vrfPublicKey: string;
    workers: readonly string[];
    startedAt: number;
    /** Jobs in the journal that waited when it started. */
    pendingAtStart: number;
  } | null;
  connection: ConnectionView;
  range: RangeView | null;
  /** The parts that do not work, the longest first. */
  problems: readonly ProblemView[];
  /** Of this run. */
  counters: Tally;
  /** The last {@link MAX_JOBS} jobs that something happened to, the latest last. */
  jobs: readonly JobView[];
  lastProbe: ProbeView | null;
  /** The last {@link MAX_PROBES} probes of this run, the latest last. */
  probes: readonly ProbeView[];
  /** As of the last minute, counted on by what happened since. */
  load: Load | null;
  /** Jobs that have waited too long for an answer, by kind of worker. */
  missing: readonly MissingAnswers[];
  held: HeldAnswers;
  lastReceivedAt: number | null;
  lastAcceptedAt: number | null;
  /** `net.verify_dispatcher` when the dispatcher does not sign its jobs; null when it does. */
  unsignedPolicy: string | null;
  stopping: StopReason | null;
  /** Until when alerts are muted; null: they are not. */
  mutedUntil: number | null;
  /** Where metrics are served; null: nowhere, or an older operator does not say. */
  metricsUrl: string | null;
};

/** `from`: the address that asked over HTTP. */
export type ProbeView = {at: number; via: 'http' | 'websocket'; from?: string};

export const MAX_JOBS = 50;
export const MAX_PROBES = 60;
export const emptyView: OperatorView = {
  seq: 0,
  at: null,
  node: null,
  connection: {state: 'starting', url: null, since: null, reason: null, refusal: null},
  range: null,
  problems: [],
  counters: emptyTally,
  jobs: [],
  lastProbe: null,
  probes: [],
  liveness: null,
  work: null,
  clock: null,
  signer: null,
  block: null,
  load: null,
  missing: [],
  held: {count: 0, oldestAt: null, dueAt: null, dueJob: null},
  standing: null,
  workers: [],
  verdict: null,
  lastReceivedAt: null,
  lastAcceptedAt: null,
  unsignedPolicy: null,
  stopping: null,
  mutedUntil: null,
  metricsUrl: null,
};

/** The view after one more event; an event that is not newer than the view changes nothing. */
export function reduceView(view: OperatorView, event: OperatorEvent): OperatorView {
  if (event.seq <= view.seq) return view;
  const next = {...view, ...changes(view, event), ...countedOn(view, event)};
  next.seq = event.seq;
  next.at = event.at;
  next.counters = countEvent(view.counters, event);
  const change = jobChange(event);
  if (change !== null && 'job' in event) {
    const job = jobAfter(
      view.jobs.find(({seq}) => seq === event.job.seq),
      event,
      change,
    );
    next.jobs = [...view.jobs.filter(({seq}) => seq !== job.seq).slice(-(MAX_JOBS - 1)), job];
  }
  return next;
}

/** As {@link reduceView} for one event after the other, for a reader that has many at once: the list of jobs is made once. */
export function reduceEvents(view: OperatorView, events: readonly OperatorEvent[]): OperatorView {
  const next = {...view};
  const jobs = new Map(view.jobs.map((job) => [job.seq, job]));
  for (const event of events) {
    if (event.seq <= next.seq) continue;
    Object.assign(next, changes(next, event), countedOn(next, event));
    next.seq = event.seq;
    next.at = event.at;
    next.counters = countEvent(next.counters, event);
    const change = jobChange(event);
    if (change === null || !('job' in event)) continue;
    const job = jobAfter(jobs.get(event.job.seq), event, change);
    jobs.delete(job.seq);
    jobs.set(job.seq, job);
    // One that falls out of the list begins anew when it comes back, as it does event by event.
    if (jobs.size > MAX_JOBS) jobs.delete(firstOf(jobs));
  }
  next.jobs = [...jobs.values()];
  return next;
}

function firstOf(jobs: ReadonlyMap<number, JobView>): number {
  for (const seq of jobs.keys()) return seq;
  return 0;
}

const NOTHING: Partial<OperatorView> = {};

/** What it changes besides the jobs. */
function changes(view: OperatorView, event: OperatorEvent): Partial<OperatorView> {
  const {at} = event;
  switch (event.type) {
    case 'started': {
      const {nodeId, network, version, vrfPublicKey, workers, pending} = event;
      const node = {nodeId, network, version, vrfPublicKey, workers, startedAt: at, pendingAtStart: pending};
      return {node};
    }
    case 'connecting':
      return {connection: {state: 'connecting', url: event.url, since: at, reason: null, refusal: null}};
    case 'connected':
      return {connection: {state: 'connected', url: event.url, since: at, reason: null, refusal: null}};
    case 'disconnected':
      return {connection: disconnected(view.connection, event.reason, at, event.refusal)};
    case 'frame_unsigned':
      return {unsignedPolicy: event.policy};
    case 'range': {
      const {start, end, max, block, source, precision} = event;
      const range = {start, end, max, block, source, at};
      return {range: precision === undefined ? range : {...range, precision}};
    }
    case 'probe_answered': {
      const probe = {at, via: event.via, ...(event.from === undefined ? {} : {from: event.from})};
      return {lastProbe: probe, probes: [...view.probes.slice(-(MAX_PROBES - 1)), probe]};
    }
    case 'clock':
    case 'signer_stats':
    case 'block':
    case 'liveness':
    case 'work':
    case 'standing':
    case 'standing_read':
    case 'workers':
    case 'verdict':
      return measured(view, event);
    case 'answers_held':
      return {held: heldOf(event)};
    case 'answers_missing':
      return {missing: event.kinds.map((one) => ({...one, kind: cut(one.kind)}))};
    case 'minute':
      return {load: {inProgress: event.inProgress, pending: event.pending, at}};
    case 'problem': {
      const {part, code, message, next} = event;
      const since = view.problems.find((problem) => problem.part === part)?.since ?? at;
      return {
        problems: [
          ...without(view, part),
          {part, code, message: cut(message), next: {...next, say: cut(next.say)}, since},
        ],
      };
    }
    case 'recovered':
      return {problems: without(view, event.part)};
    case 'stopping':
      return {stopping: event.reason};
    case 'alert_mute':
      return {mutedUntil: event.mutedUntil};
    case 'summary':
      return {connection: disconnected(view.connection, 'the operator has stopped', at)};
    case 'job_received':
      return event.signer === null ? {lastReceivedAt: at} : {lastReceivedAt: at, unsignedPolicy: null};
    case 'result_accepted':
      return {lastAcceptedAt: at};
    case 'job_answered':
      return {workers: answeredBy(view.workers, event)};
    case 'job_sampled':
    case 'job_asked':
    case 'job_retry':
    case 'result_retry':
    case 'job_listening':
    case 'job_unanswered':
    case 'job_asked_again':
    case 'job_checked':
    case 'job_held':
    case 'job_released':
    case 'job_concluded':
    case 'result_sent':
    case 'result_expired':
      return NOTHING;
    case 'listening':
      return event.what === 'metrics' ? {metricsUrl: event.url} : NOTHING;
    case 'warning':
    case 'frame_rejected':
    case 'hash_mismatch':
    case 'job_duplicate':
    case 'callback_refused':
    case 'config_reloaded':
    case 'connect_repeated':
    case 'connections_refused':
    // The view has them from `standing`.
    case 'chain_cost':
    case 'chain_cost_ended':
      return NOTHING;
  }
}

/** The first of several attempts that failed alike sets `since`. */
function disconnected(
  before: ConnectionView,
  reason: string,
  at: number,
  refusal: Refusal | null = null,
): ConnectionView {
  const state = refusal === null ? 'disconnected' : 'refused';
  const since = before.state === state ? before.since : at;
  const said = refusal === null ? null : {...refusal, words: cut(refusal.words)};
  return {state, url: before.url, since, reason: cut(reason), refusal: said};
}

function heldOf({count, oldestAt, dueAt, dueJob}: HeldAnswers): HeldAnswers {
  return {count, oldestAt, dueAt, dueJob};
}

function without(view: OperatorView, part: OperatorPart): ProblemView[] {
  return view.problems.filter((problem) => problem.part !== part);
}
