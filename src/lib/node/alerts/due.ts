import {
  isCostKind,
  isMutable,
  type Incident,
  type Incidents,
  type Severity,
  type Subject,
} from './incidents.ts';
import type {Code} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** One alert. Times are Unix ms. */
export type Alert = {
  /** The same for all alerts of one matter. */
  key: string;
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

/** An alert that is due, the key of its incident, and that incident as it is once the alert is sent. */
export type DueAlert = {key: string; alert: Alert; incident: Incident};

/** What one channel gets, and when. */
export type AlertRules = {
  /** How long a problem, or its end, must last before an alert, ms. */
  delayMs: number;
  /** The least severity of problems; a recovery goes where its problem went. */
  least: Severity;
  /** No alert of a problem that may be muted before this time, Unix ms; 0: nothing is muted. */
  mutedUntil: number;
};

/** Waits between alerts of one problem; the last one repeats. A problem that lasts a week causes 30 alerts. */
const REMIND_MS = [15, 30, 60, 120, 240, 360].map((minutes) => minutes * 60_000);

/**
 * Subjects without a delay: `offline` and `answers` have waited already, and the others cannot end by themselves. So it is
 * with what is on chain.
 */
const AT_ONCE: ReadonlySet<Subject> = new Set(['offline', 'results', 'answers', 'operator']);
const isAtOnce = (subject: Subject): boolean => AT_ONCE.has(subject) || isCostKind(subject);

/** The incident of expired results ends after this time without another one. */
const FORGET_MS = 24 * 3_600_000;

/**
 * Returns the alerts due at `now`, the incidents after them, and when to check again (null: with the next event). Pure.
 */
export function due(
  incidents: Incidents,
  now: number,
  rules: AlertRules,
): {incidents: Incidents; alerts: DueAlert[]; wakeAt: number | null} {
  const after = new Map<string, Incident>();
  const alerts: DueAlert[] = [];
  for (const [key, incident] of incidents) {
    if (now < dueAt(incident, rules)) {
      after.set(key, incident);
      continue;
    }
    if (incident.goodAt !== null) {
      if (incident.sent > 0 && !incident.isNews)
        alerts.push({key, alert: {key, ...recovered(incident, incident.goodAt, now)}, incident});
      continue;
    }
    if (incident.subject === 'results' && incident.sent > 0 && incident.step <= incident.sentStep) continue;
    const sent = {...incident, sent: incident.sent + 1, sentAt: now, sentStep: incident.step};
    alerts.push({key, alert: {key, ...problem(incident, now)}, incident: sent});
    after.set(key, sent);
  }
  const wakeAt = Math.min(...[...after.values()].map((incident) => dueAt(incident, rules)));
  return {incidents: after, alerts, wakeAt: Number.isFinite(wakeAt) ? wakeAt : null};
}

function dueAt(incident: Incident, {delayMs, least, mutedUntil}: AlertRules): number {
  const {subject, severity, goodAt, sent} = incident;
  // A problem that ends and returns is one problem: its end counts only after the delay.
  if (goodAt !== null) return sent === 0 && !isAtOnce(subject) ? goodAt : goodAt + delayMs;
  if (least === 'critical' && severity !== 'critical') return Infinity;
  return Math.max(problemDueAt(incident, delayMs), isMutable(subject) ? mutedUntil : 0);
}

function problemDueAt(incident: Incident, delayMs: number): number {
  const {subject, since, notBefore, step, sent, sentAt, sentStep, isNews} = incident;
  const remindAt = sentAt + (REMIND_MS[Math.min(sent, REMIND_MS.length) - 1] ?? 0);
  if (sent === 0) return Math.max(notBefore, isAtOnce(subject) ? since : since + delayMs);
  if (subject === 'results') return step > sentStep ? remindAt : sentAt + FORGET_MS;
  if (step > sentStep) return sentAt;
  return isNews ? Infinity : Math.max(notBefore, remindAt);
}

function problem(incident: Incident, at: number): Omit<Alert, 'key'> {
  const {subject, since, severity, code, message, next, sent, step, sentStep} = incident;
  const state = sent === 0 || step > sentStep ? 'problem' : 'reminder';
  return {state, subject, severity, code, message, next, since, at, afterMs: null};
}

/** That a problem is over, where it is not about a part that works again. */
const OVER: Partial<Record<Subject, string>> = {
  offline: 'the network reaches this node again',
  answers: 'no selected job waits too long for an answer',
  jobs: 'jobs come and are answered again',
};

function recovered({subject, since, code, over}: Incident, goodAt: number, at: number): Omit<Alert, 'key'> {
  const message = over ?? OVER[subject] ?? `${subject} works again`;
  const afterMs = Math.max(0, goodAt - since);
  return {state: 'recovered', subject, severity: 'info', code, message, next: null, since, at, afterMs};
}
