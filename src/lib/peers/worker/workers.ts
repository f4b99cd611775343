import type {EngineConfig, WorkerConfig} from '../../config/config.ts';
import {abortable} from '../../foundation/async/abort.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {CheckedJob, CheckQuestion, ProofEngine, StatusMethod, WorkerDriver} from './driver.ts';
import type {WorkerLane} from './lane.ts';
import {createMember, type Member} from './member.ts';
import {openaiDriver} from './openai.ts';
import {OPML} from './opml.ts';
import {createPool} from './pool.ts';
import {TEE} from './tee.ts';
import {ZKML} from './zkml.ts';

/** How long a look at workers is waited for: a proof that one is asked about beside its status may take minutes. */
const LOOK_MS = 30_000;

/** The published worker of each kind. */
export const DRIVERS: Readonly<Record<WorkerKind, WorkerDriver>> = {opml: OPML, tee: TEE, zkml: ZKML};

/** How the workers of a kind are driven: as the published one, or as the engine of a configuration. */
export function driverOf(kind: WorkerKind, engine: EngineConfig | null, time: Time): WorkerDriver {
  return kind === 'opml' && engine !== null ? openaiDriver(engine, time) : DRIVERS[kind];
}

/** What is known of one worker of a pool. */
export type WorkerState = {
  url: string;
  /** How it takes the request for its status; null: it has not answered yet. */
  method: StatusMethod | null;
  /** Of its last status; null: it says none. */
  nodeId: string | null;
  /** Requests that are open there. */
  open: number;
  /** Most requests that are open there at once. */
  places: number;
  /** What is wrong with it; null: nothing is known to be. */
  problem: AosError | null;
  /** It has a request for much longer than its answers take: a warning. */
  slow: AosError | null;
};

/** The workers of one kind, with their configured limits. Durations in ms. */
export type Workers = Pick<WorkerDriver, 'kind' | 'whyUnfit'> & {
  readonly concurrency: number;
  readonly readyTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly attempts: number;
  readonly deadlineMs: number;
  readonly onFailure: 'silent' | 'empty';
  /** The text of the request of a check; null: the configuration lacks it. */
  checkJob(question: CheckQuestion): CheckedJob | null;
  /**
   * A place at the healthy worker with the least to do, at one outside `avoid` (URLs) first; it waits while all of them
   * are full with requests of ours.
   * @throws AosError as Member.enter
   */
  ready(signal: AbortSignal, avoid?: readonly string[]): Promise<WorkerLane>;
  /** Asks those that have a problem, or all, for their status. @returns what is known of each then */
  check(signal: AbortSignal, which?: 'sick' | 'all'): Promise<readonly WorkerState[]>;
  close(): Promise<void>;
};

/** Creates clients for the workers of one kind in a configuration (docs/protocol.md#workers); no request is made yet. */
export function createWorkers(
  kind: WorkerKind,
  config: WorkerConfig,
  {time, proofEngine}: {time: Time; proofEngine?: ProofEngine | undefined},
): Workers {
  const {urls, readyTimeoutMs, answerTimeoutMs, attempts, deadlineMs, onFailure} = config;
  const driver = driverOf(kind, config.engine ?? null, time);
  const concurrency = Math.min(config.concurrency, driver.mostAtOnce ?? config.concurrency);
  const pool = createPool(() => members, time);
  const limits = {driver, concurrency, readyTimeoutMs, answerTimeoutMs, time, onChange: pool.changed};
  const members: readonly Member[] = urls.map((url) =>
    createMember(driver.createClient(url, {...config, proofEngine}), limits),
  );
  const looks = new Map<Member, Promise<void>>();

  /** Looks at a member; a look that is still under way is not begun again: its proof would be one more for the worker. */
  function look(member: Member, signal: AbortSignal): Promise<void> {
    const known = looks.get(member);
    if (known !== undefined) return known;
    const begun = member.look(signal).then(
      () => undefined,
      (error: unknown) => {
        // The member keeps what is wrong with it.
        if (!isAosError(error) && !signal.aborted) throw error;
      },
    );
    const over = begun.finally(() => looks.delete(member));
    looks.set(member, over);
    return over;
  }

  return {
    kind,
    whyUnfit: driver.whyUnfit,
    checkJob: (question) => driver.checkJob(question, config),
    concurrency: concurrency * members.length,
    readyTimeoutMs,
    answerTimeoutMs,
    attempts,
    deadlineMs,
    onFailure,
    ready: (signal, avoid = []) => pool.place(signal, avoid),
    async check(signal, which = 'sick') {
      const asked = members.filter((member) => which === 'all' || member.problem() !== null);
      await abortable<undefined>(signal, (resolve, reject) => {
        const cancel = time.after(LOOK_MS, () => resolve(undefined));
        Promise.all(asked.map((member) => look(member, signal))).then(() => resolve(undefined), reject);
        return cancel;
      });
      return members.map(stateOf);
    },
    async close() {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

function stateOf(member: Member): WorkerState {
  return {
    url: member.url,
    method: member.method(),
    nodeId: member.nodeId(),
    open: member.open(),
    places: member.places(),
    problem: member.problem(),
    slow: member.slow(),
  };
}
