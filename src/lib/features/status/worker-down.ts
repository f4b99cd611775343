import type {OperatorView, ProblemView} from '../../node/events/view.ts';

/** With one of these a worker answers no job. One that is busy, or refuses what one job says, may answer the next. */
const DOWN: ReadonlySet<string> = new Set([
  'WORKER_UNREACHABLE',
  'WORKER_LOCKED',
  'WORKER_STUCK',
  'WORKER_UNSOUND',
  'WORKER_CHANGED',
]);

/** The problem of the workers, when no worker of any kind that this node runs can answer a job; null: one may. */
export function workersDown({problems, workers, node}: OperatorView): ProblemView | null {
  const problem = problems.find(({part}) => part === 'worker');
  // What was last known of the workers may be half a minute old: a recovery comes at once.
  if (problem === undefined) return null;
  const kinds = Math.max(workers.length, node?.workers.length ?? 0);
  const isDown = ({facts}: OperatorView['workers'][number]): boolean =>
    facts !== null && facts.well === 0 && facts.problem !== null && DOWN.has(facts.problem.code);
  if (workers.length === kinds && kinds > 0 && workers.every(isDown)) return problem;
  const facts = workers[0]?.facts ?? null;
  return kinds === 1 && (facts === null || facts.workers === 1) && DOWN.has(problem.code) ? problem : null;
}
