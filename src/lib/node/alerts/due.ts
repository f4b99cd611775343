import type {Incident, Incidents, Severity, Subject} from './incidents.ts';
import type {Code} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** One alert. Times are Unix ms. */
export type Alert = {
  state: 'problem' | 'reminder' | 'recovered' | 'test';
  subject: Subject | 'test';
  severity: Severity | 'info';
  code: Code;
  message: string;
  /** The next step; null when there is none. */
  next: NextStep | null;
  since: number;
  at: number;
  /** How long the problem lasted; null while it lasts. */
  afterMs: number | null;
};

/** Waits between alerts of one problem; the last one repeats. A problem that lasts a week causes 30 alerts. */
const REMIND_MS = [15, 30, 60, 120, 240, 360].map((minutes) => minutes * 60_000);

/** Subjects without a delay: `offline` and `answers` have waited already, and the others cannot end by themselves. */
const AT_ONCE: ReadonlySet<Subject> = new Set(['offline', 'results', 'answers', 'operator']);

/** The incident of expired results ends after this time without another one. */
const FORGET_MS = 24 * 3_600_000;

/**
 * Returns the alerts due at `now`, the incidents after them, and when to check again (null: with the next event). Pure.
 * @param delayMs how long a problem, or its end, must last before an alert
 */
export function due(
  incidents: Incidents,
  now: number,
  delayMs: number,
): {incidents: Incidents; alerts: Alert[]; wakeAt: number | null} {
  const after = new Map<Subject, Incident>();
  const alerts: Alert[] = [];
  for (const [subject, incident] of incidents) {
    if (now < dueAt(subject, incident, delayMs)) {
      after.set(subject, incident);
      continue;
    }
    if (incident.goodAt !== null) {
      if (incident.sent > 0) alerts.push(recovered(subject, incident, incident.goodAt, now));
      continue;
    }
    if (subject === 'results' && incident.sent > 0 && incident.step <= incident.sentStep) continue;
    alerts.push(problem(subject, incident, now));
    after.set(subject, {...incident, sent: incident.sent + 1, sentAt: now, sentStep: incident.step});
  }
  const times = [...after].map(([subject, incident]) => dueAt(subject, incident, delayMs));
  return {incidents: after, alerts, wakeAt: times.length === 0 ? null : Math.min(...times)};
}

function dueAt(subject: Subject, incident: Incident, delayMs: number): number {
  const {since, notBefore, goodAt, step, sent, sentAt, sentStep} = incident;
  const remindAt = sentAt + (REMIND_MS[Math.min(sent, REMIND_MS.length) - 1] ?? 0);
  // A problem that ends and returns is one problem: its end counts only after the delay.
  if (goodAt !== null) return sent === 0 && !AT_ONCE.has(subject) ? goodAt : goodAt + delayMs;
  if (sent === 0) return Math.max(notBefore, AT_ONCE.has(subject) ? since : since + delayMs);
  if (subject === 'results') return step > sentStep ? remindAt : sentAt + FORGET_MS;
  return step > sentStep ? sentAt : remindAt;
}

function problem(subject: Subject, incident: Incident, at: number): Alert {
  const {since, severity, code, message, next, sent, step, sentStep} = incident;
  const state = sent === 0 || step > sentStep ? 'problem' : 'reminder';
  return {state, subject, severity, code, message, next, since, at, afterMs: null};
}

/** That a problem is over, where it is not about a part that works again. */
const OVER: Partial<Record<Subject, string>> = {
  offline: 'the network reaches this node again',
  answers: 'no selected job waits too long for an answer',
  jobs: 'jobs come and are answered again',
};

function recovered(subject: Subject, incident: Incident, goodAt: number, at: number): Alert {
  const {since, code} = incident;
  const message = OVER[subject] ?? `${subject} works again`;
  const afterMs = Math.max(0, goodAt - since);
  return {state: 'recovered', subject, severity: 'info', code, message, next: null, since, at, afterMs};
}
