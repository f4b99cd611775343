import {isWarning} from '../../../node/events/warnings.ts';
import type {OperatorPart} from '../../../node/events/events.ts';
import {missingText} from '../../../node/events/missing-text.ts';
import type {LinkId} from '../../../node/events/links.ts';
import type {OperatorView, ProblemView} from '../../../node/events/view.ts';
import {age, clockTime, countdown} from './ages.ts';
import type {Data} from './data.ts';
import {heartbeatOf, type Heartbeat} from './heartbeat.ts';
import {healthOf} from './jobs.ts';
import {earningOf, linkRank} from './earning.ts';
import {finding, SEVERITIES, type Finding} from './finding.ts';
import {type NextStep, run} from '../../../foundation/next-step/next-step.ts';

/** The operator sends an event at least once a minute: after three times as long its data is old. */
const NO_NEWS_MS = 3 * 60_000;

/**
 * Lists the findings about the operator, the worst first, among equals the first broken link; never empty, and healthy only
 * when this node earns.
 * @param now Unix ms
 */
export function findings({view, link}: Data, now: number): Finding[] {
  const beat = heartbeatOf(view, now);
  const all =
    link.state === 'attached' || link.state === 'ended'
      ? viewFindings(view, beat, link.state, now)
      : [linkFinding({view, link}, beat, now)];
  const rank = ({severity, pinned}: Finding): number => (pinned === true ? -1 : SEVERITIES.indexOf(severity));
  const sorted = all.sort(
    (a, b) => rank(a) - rank(b) || linkRank(a.link) - linkRank(b.link) || a.since - b.since,
  );
  if (sorted.length > 0) return sorted;
  return [earningOf(view, now).otherwise ?? healthy(view, beat, now)];
}

/** Returns the finding about the connection: while the operator is away, all other data is old. */
function linkFinding({view, link}: Pick<Data, 'view' | 'link'>, beat: Heartbeat, now: number): Finding {
  if (link.state !== 'away') return finding('wait', link.since, 'looking for the operator');
  const {unreached} = link;
  if (unreached !== undefined) {
    const head = `OPERATOR NOT REACHABLE since ${clockTime(link.since)}`;
    return finding('fail', link.since, [head, `: ${link.reason}`], {...unreached, pinned: true});
  }
  const since = `OPERATOR NOT RUNNING since ${clockTime(link.since)}`;
  const gone = beat.offline && view.node !== null ? offlineText(beat) : null;
  const rest = gone === null ? ` (${age(now - link.since)})` : ` · ${gone}`;
  const left = beat.allowanceLeftMs ?? 0;
  const allowance = left > 0 ? `${countdown(left)} left` : 'ALLOWANCE EXCEEDED';
  const brief = gone === null ? '' : ` · ${allowance}`;
  return finding('fail', link.since, [since, rest], {
    brief,
    next: run('run'),
    code: 'CONTROL_ABSENT',
    pinned: true,
  });
}

function offlineText({sinceLastProbeMs, allowanceMs, allowanceLeftMs}: Heartbeat): string {
  const text = `offline ${countdown(sinceLastProbeMs ?? 0)} of ${countdown(allowanceMs)}`;
  return (allowanceLeftMs ?? 0) > 0 ? text : `${text}: ALLOWANCE EXCEEDED`;
}

/** Parts whose problems leave the operator at work. */
const AT_WORK: ReadonlySet<OperatorPart> = new Set<OperatorPart>([
  'jobs',
  'clock',
  'port',
  'disk',
  'standby',
]);

/** Parts whose problems are no cause of an outage. */
const STAYS_UP: ReadonlySet<OperatorPart> = new Set<OperatorPart>([
  'jobs',
  'identity',
  'port',
  'disk',
  'standby',
]);

/** Returns the countdown with the likely cause: this node, the way to it, or no probes at all. */
function offline(view: OperatorView, beat: Heartbeat, now: number): Finding {
  const down = view.problems.flatMap(({part, code}) => (STAYS_UP.has(part) || isWarning(code) ? [] : [part]));
  if (view.connection.state !== 'connected' && !down.includes('dispatcher')) down.push('dispatcher');
  const [why, next] =
    down.length > 0
      ? ([`${down.join(', ')} down`, run('doctor')] as const)
      : (['no probe arrives', run('doctor', ['--only', 'ping'])] as const);
  const head = offlineText(beat).replace('offline', 'OFFLINE');
  return finding('fail', beat.lastAt ?? now, [head, ` · ${why}`], {next, pinned: true});
}

function viewFindings(
  view: OperatorView,
  beat: Heartbeat,
  link: 'attached' | 'ended',
  now: number,
): Finding[] {
  const {node, connection, problems, range, stopping, unsignedPolicy} = view;
  if (node === null) return [finding('wait', now, 'the operator starts')];
  const out: Finding[] = [];
  if (beat.offline) out.push(offline(view, beat, now));
  if (beat.lastAt === null) {
    const waited = now - node.startedAt > 3 * beat.intervalMs;
    out.push(
      waited
        ? finding('warn', node.startedAt, ['NEVER PROBED', ': no probe has reached this node'], {
            next: run('doctor', ['--only', 'ping']),
            link: 'probed',
          })
        : finding('wait', node.startedAt, 'waiting for the first probe'),
    );
  }
  out.push(...problems.map((problem) => failing(view, problem, now)), ...earningOf(view, now).findings);
  if (view.missing.length > 0)
    out.push(
      finding(
        'fail',
        Math.min(...view.missing.map(({oldestAt}) => oldestAt)),
        ['NO ANSWER', `: ${missingText(view.missing)}`],
        {
          next: run('job list', ['--state', 'selected,unanswered']),
          code: 'ANSWERS_MISSING',
        },
      ),
    );
  if (connection.state !== 'connected' && !problems.some(({part}) => part === 'dispatcher'))
    out.push(disconnected(view, now));
  if (range === null) out.push(finding('unknown', node.startedAt, 'the sampling range is not known yet'));
  else if (range.start === range.end && !out.some(({link}) => link === 'vrf_range'))
    out.push(
      finding('warn', range.at, 'the sampling range is empty: no job can be selected', {
        next: run('status'),
        link: 'vrf_range',
      }),
    );
  if (stopping !== null)
    out.push(finding('warn', view.at ?? now, `DRAINING (${stopping}): finishing the jobs in progress`));
  if (unsignedPolicy !== null)
    out.push(finding('warn', node.startedAt, 'the dispatcher does not sign its jobs'));
  const retrying = view.jobs.filter((job) => healthOf(job) === 'warn' && !job.held);
  const [first] = retrying;
  const jobs = retrying.length === 1 ? 'a job is' : `${retrying.length} jobs are`;
  if (first !== undefined) out.push(finding('warn', first.firstAt, `${jobs} being retried`));
  if (link === 'attached' && view.at !== null && now - view.at > NO_NEWS_MS)
    out.push(finding('unknown', view.at, `no news for ${age(now - view.at)}: everything below is old`));
  return out;
}

/** The command that checks a part. */
const CHECK_OF: Readonly<Record<OperatorPart, NextStep>> = {
  signer: run('signer check'),
  chain: run('doctor', ['--only', 'chain']),
  dispatcher: run('doctor', ['--only', 'dispatcher']),
  jobs: run('status'),
  worker: run('doctor', ['--only', 'workers']),
  journal: run('doctor', ['--only', 'journal']),
  disk: run('doctor', ['--only', 'disk']),
  clock: run('doctor', ['--only', 'clock']),
  identity: run('status'),
  port: run('doctor', ['--only', 'ping']),
  standby: run('signer check'),
};

/**
 * Returns the severity of a failed part. Without the chain, jobs continue with the last range that was read; problems with
 * jobs, a wrong clock, and a disk that is nearly full, leave the operator at work; through a crowded port /ping is still answered.
 */
export function problemSeverity(part: OperatorPart, hasRange: boolean): 'fail' | 'warn' {
  return AT_WORK.has(part) || (part === 'chain' && hasRange) ? 'warn' : 'fail';
}

function failing(view: OperatorView, problem: ProblemView, now: number): Finding {
  const {part, code, message, next, since} = problem;
  const hasRange = view.range !== null;
  const held = code === 'ANSWER_HELD' && view.held.count > 1 ? `${view.held.count} held, ` : '';
  const text: [string, string] = [
    `${stateOf(view, problem)} for ${age(now - since)}`,
    `: ${held}${message} (${code})`,
  ];
  // It costs its job when no one looks at it in time, though the other jobs continue.
  const isHeld = code === 'ANSWER_HELD';
  const severity = isHeld ? 'fail' : problemSeverity(part, hasRange);
  return finding(isWarning(code) ? 'warn' : severity, since, text, {
    next: isHeld ? next : CHECK_OF[part],
    advice: next,
    code,
    link: LINK_OF[part] ?? null,
  });
}

/** The link that a part is. */
const LINK_OF: Readonly<Partial<Record<OperatorPart, LinkId>>> = {
  signer: 'signer',
  dispatcher: 'dispatcher',
  jobs: 'jobs',
};

/** What a part is: the dispatcher that refuses us is up, and jobs are no part that could be down. */
function stateOf({connection}: OperatorView, {part, code}: ProblemView): string {
  if (part === 'identity') return 'SECOND OPERATOR';
  if (part === 'disk') return 'DISK LOW';
  if (part === 'standby') return code === 'SIGNER_FAILED_OVER' ? 'STANDBY SIGNS' : 'NO STANDBY';
  if (code === 'ANSWER_HELD') return 'ANSWER HELD';
  if (part === 'jobs') return code === 'NO_JOBS' ? 'NO WORK' : 'JOBS';
  if (part === 'clock') return 'CLOCK WRONG';
  if (part === 'port') return code === 'PORT_CROWDED' ? 'PORT CROWDED' : 'PORT';
  if (part === 'dispatcher' && connection.state === 'refused') return 'dispatcher refuses us';
  return code === 'WORKER_SLOW' ? 'worker slow' : `${part} down`;
}

function disconnected({connection, node}: OperatorView, now: number): Finding {
  const since = connection.since ?? node?.startedAt ?? now;
  if (connection.state !== 'disconnected' && connection.state !== 'refused')
    return finding('wait', since, 'dispatcher: connecting');
  const text: [string, string] = [
    `dispatcher ${connection.state === 'refused' ? 'refuses us' : 'disconnected'} for ${age(now - since)}`,
    `: ${connection.reason ?? 'no reason was given'}`,
  ];
  return finding('fail', since, text, {next: run('status'), link: 'dispatcher'});
}

function healthy(view: OperatorView, beat: Heartbeat, now: number): Finding {
  const probe = beat.lastAt === null ? '' : ` · probed ${age(now - beat.lastAt)} ago`;
  const {accepted} = view.counters;
  return finding('ok', now, `HEALTHY${probe} · ${accepted} accepted · next risk: none`);
}
