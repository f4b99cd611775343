import type {Child} from './processes.ts';

/** What a job is of; `params` as raw JSON. What is left out is as for an opml job. */
export type PacedJob = {kind?: string; model?: string; params?: string};

/** What the bench asks of its dispatcher process. */
export type DispatcherRequest =
  | {do: 'await-operator'}
  /** `pids`: processes whose CPU time is wanted. `bytes`: size of a job's JSON. */
  | {do: 'drive'; jobs: number; inFlight: number; bytes: number; pids: readonly number[]}
  | {do: 'queue'; jobs: number; bytes: number}
  | {do: 'await-accepted'; jobs: number}
  /** Submits jobs at this rate from now on; says how far it is; ends when each of them is accepted, or none is for a while. */
  | {do: 'pace'; perSecond: number; bytes: number; jobs: readonly PacedJob[]}
  | {do: 'paced'}
  | {do: 'end-pace'; idleMs: number};

/** Times in ms; a latency runs from the dispatch frame's writing to the acceptance of its result. */
export type Driven = {latencies: number[]; wallMs: number; selected: number; cpuMs: number[]};
export type Drained = {
  accepted: number;
  repeated: number;
  conflicts: number;
  sent: number;
  /** Results that were not accepted in the order of submission. */
  disordered: number;
  wallMs: number;
};
/** Jobs of a pace so far. */
export type Paced = {submitted: number; accepted: number};
export type DispatcherReply = null | {queued: number} | Driven | Drained | Paced;

export const drive = (
  dispatcher: Child,
  jobs: number,
  inFlight: number,
  pids: readonly number[] = [],
): Promise<Driven> =>
  dispatcher.ask({
    do: 'drive',
    jobs,
    inFlight,
    bytes: 300,
    pids,
  } satisfies DispatcherRequest) as Promise<Driven>;

export const queueJobs = (dispatcher: Child, jobs: number, bytes: number): Promise<unknown> =>
  dispatcher.ask({do: 'queue', jobs, bytes} satisfies DispatcherRequest);

export const awaitOperator = (dispatcher: Child): Promise<unknown> =>
  dispatcher.ask({do: 'await-operator'} satisfies DispatcherRequest);

export const awaitAccepted = (dispatcher: Child, jobs: number): Promise<Drained> =>
  dispatcher.ask({do: 'await-accepted', jobs} satisfies DispatcherRequest) as Promise<Drained>;

/** Submits so many jobs a second until {@link endPace}, of each of `jobs` in turn. */
export const startPace = (
  dispatcher: Child,
  perSecond: number,
  jobs: readonly PacedJob[] = [{}],
): Promise<unknown> => dispatcher.ask({do: 'pace', perSecond, bytes: 300, jobs} satisfies DispatcherRequest);

export const paceSoFar = (dispatcher: Child): Promise<Paced> =>
  dispatcher.ask({do: 'paced'} satisfies DispatcherRequest) as Promise<Paced>;

/** Submits no more, and waits until all are accepted, or none was for half a minute. */
export const endPace = (dispatcher: Child): Promise<Paced> =>
  dispatcher.ask({do: 'end-pace', idleMs: 30_000} satisfies DispatcherRequest) as Promise<Paced>;
