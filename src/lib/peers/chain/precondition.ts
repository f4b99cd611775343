/** One precondition of a registration, as `aos register --check` prints it. */
export type Precondition = {
  /** Stable, for scripts: `eigenlayer-operator`, `quorum-0-stake`, … */
  id: string;
  /**
   * `fail`: the contract would refuse. `cooldown`: it would refuse now, but not after a waiting period. `warn`: it works,
   * with a drawback. `unknown`: the chain did not answer.
   */
  state: 'ok' | 'fail' | 'cooldown' | 'warn' | 'unknown';
  current: string;
  needed: string;
  /** The one next thing to type or do; null when there is nothing. */
  next: string | null;
  /** When a `cooldown` ends. */
  clearsAt?: Clearance;
  /** The step this belongs to is done already. */
  done?: true;
};

/** `at` is chain time in RFC 3339, an estimate where `block` says when exactly. */
export type Clearance = {at: string; block: bigint | null};

const make =
  (state: Precondition['state']) =>
  (id: string, current: string, needed: string, next: string | null = null): Precondition => ({
    id,
    state,
    current,
    needed,
    next,
  });

export const ok = make('ok');
export const fail = make('fail');
export const warn = make('warn');

/** A step that is done: `✓ already`. */
export const done = (id: string, current: string, needed: string): Precondition => ({
  ...ok(id, current, needed),
  done: true,
});

export const unknown = (id: string, why: string, needed: string): Precondition =>
  make('unknown')(id, `unknown (${why})`, needed, 'Run the command again, or use another RPC.');

export const cooldown = (id: string, current: string, needed: string, clearsAt: Clearance): Precondition => ({
  ...make('cooldown')(id, current, needed, 'Wait, then run the command again.'),
  clearsAt,
});

/** A pause switch of a contract; none where the contract has no such switch. */
export function pause(id: string, paused: boolean | null, contract: string): Precondition[] {
  if (paused === null) return [];
  if (!paused) return [ok(id, 'not paused', 'not paused')];
  return [fail(id, 'paused', 'not paused', `Wait until the owner of ${contract} lifts the pause.`)];
}

/** What a list of preconditions comes to. */
export type Readiness = 'ready' | 'registered' | 'cooldown' | 'fail' | 'unknown';

/**
 * Summarises preconditions: `registered` when the AVS already has the operator as requested; else `fail` before `unknown`
 * before `cooldown`.
 */
export function readiness(preconditions: readonly Precondition[]): Readiness {
  const has = (state: Precondition['state']): boolean => preconditions.some((one) => one.state === state);
  if (preconditions.some(({id, done: isDone}) => id === REGISTRATION && isDone === true)) return 'registered';
  if (has('fail')) return 'fail';
  if (has('unknown')) return 'unknown';
  return has('cooldown') ? 'cooldown' : 'ready';
}

/** The precondition that is `done` for a registered operator. */
export const REGISTRATION = 'avs-registration';
