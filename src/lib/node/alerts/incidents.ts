import {duration} from '../../foundation/time/duration.ts';
import {OPERATOR_PARTS, type OperatorEvent, type OperatorPart} from '../events/events.ts';
import {COST_KINDS, costEnd, isNews, type CostKind} from '../events/standing.ts';
import {isWarning} from '../events/warnings.ts';
import {missingText} from '../events/missing-text.ts';
import {count, OUTAGE_CAUSES} from '../../foundation/text/words.ts';
import type {Code} from '../../foundation/errors/table.ts';
import {type NextStep, run} from '../../foundation/next-step/next-step.ts';

/**
 * The subject of an alert: a part of the operator, its reachability, expired results, missing answers, the process, or what
 * costs something on chain.
 */
export type Subject = OperatorPart | (typeof OF_ALL)[number] | CostKind;

const OF_ALL = ['offline', 'results', 'answers', 'operator'] as const;
const SUBJECTS: readonly Subject[] = [...OPERATOR_PARTS, ...OF_ALL, ...COST_KINDS];

/** Whether a word is a subject of this version. */
export function isSubject(word: string): word is Subject {
  return SUBJECTS.some((subject) => subject === word);
}

export type Severity = 'warning' | 'critical';

/** A problem for alerts, from its first event until its end has lasted for the delay. Times are Unix ms. */
export type Incident = {
  subject: Subject;
  since: number;
  severity: Severity;
  code: Code;
  message: string;
  next: NextStep;
  /** No alert before this time; 0: at any time. */
  notBefore: number;
  /** When the problem ended; null while it lasts. */
  goodAt: number | null;
  /** The severity as a number; a step above `sentStep` sends an alert at once. */
  step: number;
  /** How many alerts were sent, when the last one, and at which step. */
  sent: number;
  sentAt: number;
  sentStep: number;
  /** Something that has happened: no reminders, and no alert of its end. */
  isNews: boolean;
  /** What is said at its end, where the subject alone does not say it; null: as for the subject. */
  over: string | null;
};

/** By subject; for several matters of one subject, by the key of the matter. */
export type Incidents = ReadonlyMap<string, Incident>;

/** Used shares of the offline allowance at which an alert is sent. */
const ALLOWANCE_STEPS = [0.5, 0.75, 0.9, 1];
/** Missed probes that make an outage. */
const MISSED_PROBES = 3;

export type Wrong = Pick<Incident, 'since' | 'severity' | 'code' | 'message' | 'next' | 'step'> &
  Partial<Pick<Incident, 'notBefore' | 'isNews'>>;

/** The incidents after an event. `due.ts` decides by time what is sent. */
export function observe(incidents: Incidents, event: OperatorEvent): Incidents {
  switch (event.type) {
    case 'problem': {
      const {at, part, code, message, next} = event;
      const severity = isWarning(code) ? 'warning' : 'critical';
      return wrong(
        incidents,
        {key: part, subject: part},
        {since: at, severity, code, message, next, step: 0},
      );
    }
    case 'recovered':
      return right(incidents, event.part, event);
    case 'job_received':
    case 'job_duplicate':
      // Of an earlier run: this one has not reported it, so it reports no end of it either.
      return incidents.get('jobs')?.code === 'NO_JOBS' ? right(incidents, 'jobs', event) : incidents;
    case 'result_expired': {
      const step = incidents.get('results')?.step ?? 0;
      return wrong(
        incidents,
        {key: 'results', subject: 'results'},
        {
          since: event.at,
          severity: 'critical',
          code: 'RESULT_EXPIRED',
          message: `${count(step + 1, 'result')} given up, never accepted within the retention; the last is of job ${event.job.jobId}`,
          next: run('job list', ['--state', 'expired']),
          step: step + 1,
        },
      );
    }
    case 'answers_missing':
      return answers(incidents, event);
    case 'liveness':
      return offline(incidents, event);
    case 'standing':
      return costs(incidents, event);
    case 'stopping':
      if (event.reason !== 'fatal') return incidents;
      return wrong(
        incidents,
        {key: 'operator', subject: 'operator'},
        {
          since: event.at,
          severity: 'critical',
          code: 'OPERATOR_STOPPED',
          message: 'the operator stops because it cannot continue',
          next: run('doctor'),
          step: 1,
        },
      );
    default:
      return incidents;
  }
}

/** As heavy as an outage: the network may take a missing answer for one. */
function answers(incidents: Incidents, {at, kinds}: OperatorEvent & {type: 'answers_missing'}): Incidents {
  if (kinds.length === 0) return right(incidents, 'answers', {at});
  return wrong(
    incidents,
    {key: 'answers', subject: 'answers'},
    {
      since: Math.min(at, ...kinds.map(({oldestAt}) => oldestAt)),
      severity: 'critical',
      code: 'ANSWERS_MISSING',
      message: missingText(kinds),
      next: run('job list', ['--state', 'selected,unanswered']),
      step: 0,
    },
  );
}

function offline(incidents: Incidents, event: OperatorEvent & {type: 'liveness'}): Incidents {
  const [last] = event.outages;
  if (last?.end !== null) return right(incidents, 'offline', {at: last?.end ?? event.at});
  const used =
    event.allowanceMs === 0
      ? 1
      : Math.min(1, 1 - (event.allowanceLeftMs ?? event.allowanceMs) / event.allowanceMs);
  const step = ALLOWANCE_STEPS.filter((share) => used >= share).length;
  // No probe reaches a stopped process: after a start the network has the time of three probes before an alert.
  const isOfStart = last.cause === 'process-down' && step === 0;
  const notBefore = isOfStart ? event.at + MISSED_PROBES * event.probeIntervalMs : 0;
  const left = `${duration(event.allowanceLeftMs ?? 0)} of the offline allowance left`;
  return wrong(
    incidents,
    {key: 'offline', subject: 'offline'},
    {
      since: last.start,
      severity: step >= 2 ? 'critical' : 'warning',
      code: 'OFFLINE',
      message: `the network has not reached this node for ${duration(last.durationMs)} (${OUTAGE_CAUSES[last.cause]}); ${used >= 1 ? 'the offline allowance is used up' : left}`,
      next: run('doctor', ['--only', 'ping']),
      step,
      notBefore,
    },
  );
}

/** A chain that could not be read says nothing: neither that something costs, nor that it does not any more. */
function costs(incidents: Incidents, event: OperatorEvent & {type: 'standing'}): Incidents {
  if (event.failure !== null || event.readAt === null) return incidents;
  let after = incidents;
  for (const cost of event.costs) {
    const {key, kind, since, severity, code, message, next, step} = cost;
    const facts = {since, severity, code, message, next, step};
    after = wrong(after, {key, subject: kind}, {...facts, isNews: isNews(cost)});
  }
  const open = new Set(event.costs.map(({key}) => key));
  for (const [key, {subject, since}] of incidents) {
    if (!isCostKind(subject) || open.has(key)) continue;
    const over = costEnd({key, kind: subject, since}, {links: event.links, at: event.readAt});
    after = over === null ? without(after, key) : right(after, key, {at: event.at, over});
  }
  return after;
}

function without(incidents: Incidents, key: string): Incidents {
  return new Map([...incidents].filter(([other]) => other !== key));
}

/** Whether an incident is about what costs something on chain. */
export function isCostKind(subject: Subject): subject is CostKind {
  return COST_KINDS.some((kind) => kind === subject);
}

/** What costs stake while the machine is worked at, or is no work of this operator at all: it is sent whatever is muted. */
const NEVER_MUTED: ReadonlySet<Subject> = new Set<Subject>([
  'offline',
  'challenge',
  'slashed',
  'penalty',
  'identity',
]);

/** Whether a mute is for alerts of this subject. */
export function isMutable(subject: Subject): boolean {
  return !NEVER_MUTED.has(subject);
}

/** Whether an incident is kept over restarts once an alert of it was accepted: all but the count of results, which has no end. */
export function isKept(subject: Subject): boolean {
  return subject !== 'results';
}

/** A later outage has the whole allowance, and a later change of the range is another change: each has its own `since`. */
const BEGINS_ANEW: ReadonlySet<Subject> = new Set<Subject>(['offline', 'range']);

/** Opens an incident, or reopens one that had just ended, which keeps its `since`. */
function wrong(
  incidents: Incidents,
  {key, subject}: {key: string; subject: Subject},
  facts: Wrong,
): Incidents {
  const before = incidents.get(key);
  const isNext = BEGINS_ANEW.has(subject) && before !== undefined && facts.since > before.since;
  const alreadySent = {
    sent: before?.sent ?? 0,
    sentAt: before?.sentAt ?? 0,
    sentStep: isNext ? 0 : (before?.sentStep ?? 0),
  };
  const isOpen = before !== undefined && before.goodAt === null;
  const notBefore = Math.min(facts.notBefore ?? 0, isOpen ? before.notBefore : Infinity);
  return new Map(incidents).set(key, {
    isNews: false,
    over: null,
    ...facts,
    subject,
    notBefore,
    since: isNext ? facts.since : Math.min(facts.since, before?.since ?? facts.since),
    ...alreadySent,
    goodAt: null,
  });
}

function right(
  incidents: Incidents,
  key: string,
  {at, over = null}: {at: number; over?: string | null},
): Incidents {
  const incident = incidents.get(key);
  // An end in the future is one that was only presumed at the start.
  if (incident === undefined || (incident.goodAt !== null && incident.goodAt <= at)) return incidents;
  return new Map(incidents).set(key, {...incident, goodAt: at, over});
}
