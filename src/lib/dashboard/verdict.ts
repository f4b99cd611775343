import type {OperatorView} from '../operator/view.ts';
import {age, clockTime, countdown} from './ages.ts';
import type {Data} from './data.ts';
import {heartbeatOf, type Heartbeat} from './heartbeat.ts';
import {healthOf} from './jobs.ts';
import {shown} from './line.ts';

/** How bad, the worst first. */
export const SEVERITIES = ['fail', 'warn', 'unknown', 'wait', 'ok'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Finding = {
  severity: Severity;
  /** For the eye: what is wrong. Safe for a terminal. */
  text: string;
  /** The one next thing to type or to do; '' when there is none. */
  next: string;
  /** Since when, Unix ms; the oldest of the equally bad comes first. */
  since: number;
  /** The code to explain, where there is one. */
  code: string | null;
  /** Stays in front of everything: the penalty comes by the clock. */
  pinned?: boolean;
};

/** The errors a minute's worth of signatures may have before it is said: 1 %. */
export const SIGNER_BUDGET = 0.01;
/** The operator says something at least once a minute. */
const NO_NEWS_MS = 3 * 60_000;

/** Everything that is to be said about the operator, the worst first; never empty. */
export function findings({view, link}: Data, now: number): Finding[] {
  const beat = heartbeatOf(view, now);
  const all = [...linkFindings({view, link}, beat, now), ...viewFindings(view, beat, link.state, now)];
  const rank = ({severity, pinned}: Finding): number => (pinned === true ? -1 : SEVERITIES.indexOf(severity));
  const sorted = all.sort((a, b) => rank(a) - rank(b) || a.since - b.since);
  return sorted.length > 0 ? sorted : [healthy(view, beat, now)];
}

function finding(
  severity: Severity,
  since: number,
  text: string,
  {next = '', code = null, pinned = false}: {next?: string; code?: string | null; pinned?: boolean} = {},
): Finding {
  return {severity, text: shown(text), next: shown(next), since, code, pinned};
}

function linkFindings({view, link}: Pick<Data, 'view' | 'link'>, beat: Heartbeat, now: number): Finding[] {
  if (link.state === 'attaching') return [finding('wait', link.since, 'looking for the operator')];
  if (link.state !== 'away') return [];
  const since = `OPERATOR NOT RUNNING since ${clockTime(link.since)}`;
  const rest = beat.silent && view.node !== null ? ` · ${offlineText(beat)}` : ` (${age(now - link.since)})`;
  return [finding('fail', link.since, since + rest, {next: 'aos run', code: 'CONTROL_ABSENT', pinned: true})];
}

function offlineText({silentMs, graceMs, graceLeftMs}: Heartbeat): string {
  const silent = `offline ${countdown(silentMs ?? 0)} of ${countdown(graceMs)}`;
  return (graceLeftMs ?? 0) > 0 ? silent : `${silent}: GRACE EXCEEDED`;
}

function viewFindings(
  view: OperatorView,
  beat: Heartbeat,
  link: Data['link']['state'],
  now: number,
): Finding[] {
  const {node, connection, troubles, range, stopping, signer, unsignedPolicy} = view;
  if (node === null) return link === 'away' ? [] : [finding('wait', now, 'the operator starts')];
  const out: Finding[] = [];
  if (beat.silent && link !== 'away')
    out.push(
      finding('fail', beat.lastAt ?? now, offlineText(beat).replace('offline', 'OFFLINE'), {
        next: 'aos doctor',
        pinned: true,
      }),
    );
  if (beat.lastAt === null) {
    const waited = now - node.startedAt > 3 * beat.intervalMs;
    out.push(
      finding(
        waited ? 'warn' : 'wait',
        node.startedAt,
        waited ? 'NEVER PROBED: the network has not reached this node yet' : 'waiting for the first probe',
        {next: waited ? 'aos doctor' : ''},
      ),
    );
  }
  for (const {part, code, message, next, since} of troubles)
    out.push(finding('fail', since, `${part}: ${message} (${code})`, {next, code}));
  if (connection.state !== 'connected' && !troubles.some(({part}) => part === 'dispatcher'))
    out.push(disconnected(view, now));
  if (range === null) out.push(finding('unknown', node.startedAt, 'the sampling range is not known yet'));
  else if (range.start === range.end)
    out.push(
      finding('warn', range.at, 'the sampling range is empty: no job can be selected', {next: 'aos status'}),
    );
  if (stopping !== null)
    out.push(finding('warn', view.at ?? now, `DRAINING (${stopping}): jobs in hand are finished`));
  if (signer !== null && signer.errors > SIGNER_BUDGET * (signer.signatures + signer.errors))
    out.push(
      finding(
        'warn',
        signer.at,
        `the signer failed ${signer.errors} of ${signer.signatures + signer.errors} times`,
        {
          next: 'aos signer check',
        },
      ),
    );
  if (unsignedPolicy !== null)
    out.push(finding('warn', node.startedAt, 'the dispatcher does not sign its messages'));
  const retrying = view.jobs.filter((job) => healthOf(job) === 'warn');
  const [first] = retrying;
  const tasks = retrying.length === 1 ? 'a task is' : `${retrying.length} tasks are`;
  if (first !== undefined) out.push(finding('warn', first.firstAt, `${tasks} being tried again`));
  if (link === 'attached' && view.at !== null && now - view.at > NO_NEWS_MS)
    out.push(finding('unknown', view.at, `no news for ${age(now - view.at)}: everything below is old`));
  return out;
}

function disconnected({connection, node}: OperatorView, now: number): Finding {
  const since = connection.since ?? node?.startedAt ?? now;
  if (connection.state === 'disconnected')
    return finding(
      'fail',
      since,
      `dispatcher: disconnected for ${age(now - since)}: ${connection.reason ?? ''}`,
      {next: 'aos status'},
    );
  return finding('wait', since, 'dispatcher: connecting');
}

function healthy(view: OperatorView, beat: Heartbeat, now: number): Finding {
  const probe = beat.lastAt === null ? '' : ` · probed ${age(now - beat.lastAt)} ago`;
  const {accepted} = view.counters;
  return finding('ok', now, `HEALTHY${probe} · ${accepted} accepted · next risk: none`);
}
