import type {OperatorEvent, WorkFacts} from './events.ts';
import type {JobRate} from './rates.ts';
import type {MeasuredView} from './view-measured.ts';

/** Jobs in progress, and jobs waiting in the journal. `at`: Unix ms. */
export type Load = {inProgress: number; pending: number; at: number};

type Countable = Pick<MeasuredView, 'work'> & {
  node: {workers: readonly string[]} | null;
  load: Load | null;
};
type Counted = Partial<Pick<Countable, 'work' | 'load'>>;
type Counts = Pick<JobRate, 'received' | 'accepted' | 'selected' | 'answered'>;

/**
 * What is counted once a minute, counted on by the events in between, so that a job is seen at once: the jobs of the last hour
 * and day, and those in progress. The next measurement replaces it.
 */
export function countedOn(view: Countable, event: OperatorEvent): Counted {
  switch (event.type) {
    case 'started':
      return {load: {inProgress: 0, pending: event.pending, at: event.at}};
    case 'job_received':
      return {...worked(view, 'received'), ...loaded(view, event.at, 1)};
    case 'job_sampled':
      return event.selected && (view.node?.workers ?? []).includes(event.job.kind)
        ? worked(view, 'selected')
        : {};
    case 'job_concluded':
      return event.outcome === 'answered' ? worked(view, 'answered') : {};
    case 'result_accepted':
      return {...worked(view, 'accepted', event.ms), ...loaded(view, event.at, -1)};
    case 'result_expired':
    case 'job_unanswered':
      return loaded(view, event.at, -1);
    default:
      return {};
  }
}

function loaded({load}: Countable, at: number, by: 1 | -1): Counted {
  if (load === null) return {};
  const {inProgress, pending} = load;
  return {load: {inProgress: Math.max(0, inProgress + by), pending: Math.max(0, pending + by), at}};
}

function worked({work}: Countable, what: keyof Counts, ms: number | null = null): Counted {
  const rates = work?.rates;
  if (work === null || rates === undefined) return {};
  const next: WorkFacts['rates'] = {hour: more(rates.hour, what, ms), day: more(rates.day, what, ms)};
  return {work: {...work, rates: next}};
}

/** No rate is above 100 %: what came before the hour does not count in it. */
const OF: Readonly<Record<keyof Counts, keyof Counts | null>> = {
  received: null,
  selected: 'received',
  accepted: 'received',
  answered: 'selected',
};

function more(rate: JobRate, what: keyof Counts, ms: number | null): JobRate {
  const of = OF[what];
  if (of !== null && rate[what] >= rate[of]) return rate;
  const p95Ms = what === 'accepted' ? (rate.p95Ms ?? ms) : rate.p95Ms;
  return {...rate, [what]: rate[what] + 1, p95Ms};
}
