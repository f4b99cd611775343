import {CODES} from '../../foundation/errors/table.ts';
import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {ago, duration} from '../../foundation/time/duration.ts';
import {assessLiveness, type Liveness} from '../../node/liveness/liveness.ts';
import {gapsOf, type Span} from '../../node/liveness/spans.ts';
import {sourcesText} from '../../node/liveness/sources.ts';
import type {ProbeSources} from '../../node/events/events.ts';
import type {OperatorView, ProblemView} from '../../node/events/view.ts';
import {type RunningFacts, type StatusFacts} from './facts.ts';
import {workersDown} from './worker-down.ts';
import {fail, ok, pending, unclear, warn, type Judgement} from './link.ts';
import {missingText} from '../../node/events/missing-text.ts';
import {count} from '../../foundation/text/words.ts';
import {known, type Fact} from '../../foundation/fact.ts';

/** Without a job for so long, a node that would earn is idle. */
export const IDLE_AFTER_MS = 3_600_000;
/** A result that waits longer for its acceptance needs a check by a person. */
const SLOW_RESULT_MS = 300_000;
/** A socket that opens needs a moment. */
const CONNECTING_MS = 15_000;
/** An operator says every ten seconds how its signer does. */
const SIGNED_LATELY_MS = 15_000;

export function judgeSigner({signer, operator}: StatusFacts): Judgement {
  const problem = problemOf(operator, 'signer');
  if (signer.state === 'unknown') {
    if (problem !== null) return fail(`${problem.message} (${problem.code})`, problem.next, problem.since);
    return unclear(signer);
  }
  const {value, at} = signer;
  if (value.state === 'fail') {
    const found = `${value.message} (${value.code})`;
    return value.isLate === true && problem === null && signsNow(operator, at)
      ? warn(`${found}; it signs for the operator, so it is slow`, value.next, at)
      : fail(found, value.next, at);
  }
  const found = `${value.host} signs in ${value.signMs} ms`;
  const standby = problemOf(operator, 'standby') ?? value.insteadOf ?? null;
  if (standby !== null && problem === null) return warn(`${found}; ${standby.message}`, standby.next, at);
  if (problem !== null)
    return warn(`${found}, but not for the operator: ${problem.message}`, problem.next, at);
  return ok(found, at);
}

/** Whether the running operator got a signature just now. */
function signsNow(operator: StatusFacts['operator'], now: number): boolean {
  const signer = operator.state === 'known' ? (operator.value?.view.signer ?? null) : null;
  return signer !== null && signer.p95Ms !== null && now - signer.at < SIGNED_LATELY_MS;
}

export function judgeDispatcher({operator, absence, now}: StatusFacts): Judgement {
  if (operator.state === 'unknown') return unclear(operator);
  if (operator.value === null)
    return fail(absence ?? 'no operator runs for this node on this machine', run('run'), operator.at);
  const {view} = operator.value;
  const {state, since, url, reason} = view.connection;
  if (view.stopping !== null)
    return fail(
      `the operator stops (${view.stopping})`,
      run('run', [], 'A start waits until it has ended'),
      operator.at,
    );
  // As heavy as an outage: two answers cost stake too.
  const second = problemOf(operator, 'identity');
  if (second !== null) return fail(second.message, second.next, operator.at);
  switch (state) {
    case 'connected':
      return ok(`connected to ${url ?? '?'} for ${duration(now - (since ?? now))}`, operator.at);
    case 'starting':
    case 'connecting':
      if (since === null || now - since <= CONNECTING_MS)
        return pending(`connecting to ${url ?? 'the dispatcher'}`, say('Wait a few seconds.'), operator.at);
      return fail(`connecting for ${duration(now - since)}`, say('Check net.dispatcher_url.'), operator.at);
    case 'refused': {
      const next = problemOf(operator, 'dispatcher')?.next ?? CODES.DISPATCHER_REFUSED.next;
      const time = since === null ? '' : ` for ${duration(now - since)}`;
      return fail(
        `the dispatcher refuses this node${time}: ${reason ?? 'no reason given'}`,
        next,
        operator.at,
      );
    }
    case 'disconnected': {
      const next = problemOf(operator, 'dispatcher')?.next ?? say('Check net.dispatcher_url.');
      const time = since === null ? '' : ` for ${duration(now - since)}`;
      return fail(`disconnected${time}: ${reason ?? 'no reason given'}`, next, operator.at);
    }
  }
}

/**
 * The liveness that journal and running operator know of together: the journal is behind by what is not written yet.
 */
export function livenessOf({journal, operator, rules, now}: StatusFacts): Fact<Liveness> {
  const view = operator.state === 'known' ? (operator.value?.view ?? null) : null;
  if (journal.state === 'unknown' && view === null) return journal;
  const spans = [...(journal.state === 'known' ? journal.value.spans : []), ...spansOf(view, now)];
  const gaps = gapsOf(rules.probeIntervalMs);
  return known(assessLiveness(spans, {now, allowanceMs: rules.offlineGraceMs, gaps}), now);
}

/** `count` 0: these marks are in the journal too, or will be. */
function spansOf(view: OperatorView | null, now: number): Span[] {
  if (view === null) return [];
  const {lastProbe, node, connection, liveness} = view;
  const probedBefore = liveness?.lastProbeAt ?? null;
  return [
    ...(probedBefore === null
      ? []
      : [{kind: 'probed', start: probedBefore, end: probedBefore, count: 0} as const]),
    ...(lastProbe === null
      ? []
      : [{kind: 'probed', start: lastProbe.at, end: lastProbe.at, count: 0} as const]),
    ...(node === null ? [] : [{kind: 'running', start: node.startedAt, end: now, count: 0} as const]),
    ...(connection.state === 'connected' && connection.since !== null
      ? [{kind: 'connected', start: connection.since, end: now, count: 0} as const]
      : []),
  ];
}

export function judgeProbed(facts: StatusFacts): Judgement {
  const {operator, rules, now} = facts;
  const fact = livenessOf(facts);
  if (fact.state === 'unknown') return unclear(fact);
  const {lastProbeAt, sinceLastProbeMs, allowanceLeftMs} = fact.value;
  const patience = gapsOf(rules.probeIntervalMs).probed;
  const running = operator.state === 'known' ? (operator.value?.view.node ?? null) : null;
  const problem = problemOf(operator, 'port');
  const next = problem?.next ?? nextForOutage(facts);
  const port = problem === null ? '' : `; ${problem.message}`;
  if (running !== null && now - running.startedAt <= patience && (sinceLastProbeMs ?? Infinity) > patience)
    return pending(
      `started ${ago(running.startedAt, now)}, not asked yet`,
      say(`Wait ${duration(patience)}.`),
      fact.at,
    );
  if (lastProbeAt === null || sinceLastProbeMs === null)
    return fail(`never asked by the network${port}`, next, fact.at);
  if (sinceLastProbeMs <= patience) {
    const asked = `last asked ${ago(lastProbeAt, now)}${whoAsked(facts)}`;
    return problem === null ? ok(asked, lastProbeAt) : warn(`${asked}${port}`, next, problem.since);
  }
  const allowance =
    (allowanceLeftMs ?? 0) > 0
      ? `${duration(allowanceLeftMs ?? 0)} of the offline allowance left`
      : 'the offline allowance is used up';
  return fail(`last asked ${ago(lastProbeAt, now)}; ${allowance}${port}`, next, lastProbeAt);
}

/** Who asked over HTTP: anyone may, so a probe says no more than that its sender reaches this node. */
function whoAsked(facts: StatusFacts): string {
  const sources = sourcesFrom(facts);
  return sources === null ? '' : `; ${sourcesText(sources)}`;
}

/** As the running operator knows it, else as the journal has it; null: no one asked in the last hour. */
export function sourcesFrom({
  journal,
  operator,
}: Pick<StatusFacts, 'journal' | 'operator'>): ProbeSources | null {
  const view = operator.state === 'known' ? (operator.value?.view ?? null) : null;
  const stored = journal.state === 'known' ? (journal.value.sources ?? null) : null;
  const sources = view?.liveness?.sources ?? stored;
  const last = view?.lastProbe?.from;
  if (last === undefined) return sources;
  return {count: Math.max(1, sources?.count ?? 1), last};
}

function nextForOutage({operator, rules}: StatusFacts): NextStep {
  if (operator.state === 'known' && operator.value === null) return run('run');
  const url = rules.outerUrl;
  if (url === null) return say('Set net.outer_url, and let the network reach it.');
  return say(`Check from outside that the node is reachable: curl ${url}/ping`);
}

export function judgeJobs({journal, operator, now}: StatusFacts): Judgement {
  const running = operator.state === 'known' ? operator.value : null;
  if (journal.state === 'unknown' && running === null) return unclear(journal);
  const at = journal.state === 'known' ? journal.at : now;
  const {lastReceivedAt, lastAcceptedAt, accepted, waiting, oldestOpenAt, refused} = activityOf(
    journal,
    running,
  );
  const held = running?.view.held.count ?? 0;
  const oldest = oldestOpenAt === null ? '' : `, the oldest for ${duration(now - oldestOpenAt)}`;
  const tally = [
    lastAcceptedAt === null
      ? 'none accepted yet'
      : `${count(accepted, 'job')} accepted, the last ${ago(lastAcceptedAt, now)}`,
    ...(held > 0 ? [`${count(held, 'answer is', 'answers are')} held by checks`] : []),
    ...(waiting > 0 ? [`${count(waiting, 'waits', 'wait')} for acceptance${oldest}`] : []),
    ...(refused > 0 ? [`${count(refused, 'message')} could not be taken (aos job refused)`] : []),
  ].join('; ');
  const problems = running?.view.problems ?? [];
  const problem =
    problems.find(({part}) => part === 'worker' || part === 'journal' || part === 'jobs') ??
    problems.find(({part}) => part === 'clock' || part === 'disk');
  const down = running === null ? null : workersDown(running.view);
  if (down !== null) return fail(`worker: ${down.message}; ${tally}`, down.next, down.since);
  const missing = journal.state === 'known' ? journal.value.missing : (running?.view.missing ?? []);
  // As heavy as an outage; it goes first.
  if (missing.length > 0) {
    const next = problem?.next ?? run('job list', ['--state', 'selected,unanswered']);
    return warn(`${missingText(missing)}; ${tally}`, next, at);
  }
  if (problem !== undefined) {
    const {part, message, next} = problem;
    return warn(`${part === 'jobs' || part === 'disk' ? '' : `${part}: `}${message}; ${tally}`, next, at);
  }
  if (
    waiting > 0 &&
    lastReceivedAt !== null &&
    now - Math.max(lastReceivedAt, lastAcceptedAt ?? 0) > SLOW_RESULT_MS
  )
    return warn(tally, running === null ? run('run') : say('Check the operator’s log.'), at);
  const failing = (running?.view.jobs ?? []).filter(({stage}) => stage === 'accepted').slice(-3);
  if (failing.length === 3 && failing.every(({outcome}) => outcome === 'failed'))
    return warn(
      `the last jobs were answered as failed: ${failing[2]?.problem ?? tally}`,
      say('Check the worker’s log.'),
      at,
    );
  return ok(
    isIdle(lastReceivedAt, now)
      ? `idle, ${lastReceivedAt === null ? 'no job yet' : `no job for ${duration(now - lastReceivedAt)}`}; ${tally}`
      : tally,
    at,
  );
}

/** Whether no job came for an hour; null when nothing is known of jobs. */
export function idleOf({journal, operator, now}: StatusFacts): boolean | null {
  const running = operator.state === 'known' ? operator.value : null;
  if (journal.state === 'unknown' && running === null) return null;
  return isIdle(activityOf(journal, running).lastReceivedAt, now);
}

const isIdle = (lastReceivedAt: number | null, now: number): boolean =>
  lastReceivedAt === null || now - lastReceivedAt > IDLE_AFTER_MS;

type ActivityFacts = {
  lastReceivedAt: number | null;
  lastAcceptedAt: number | null;
  accepted: number;
  /** Jobs that are not accepted yet, and when the oldest of them came. */
  waiting: number;
  oldestOpenAt: number | null;
  /** Messages that could not be taken. */
  refused: number;
};

/** What journal and running operator say of the jobs together. */
export function activityOf(journal: StatusFacts['journal'], running: RunningFacts | null): ActivityFacts {
  const view = running?.view;
  const stored = journal.state === 'known' ? journal.value : null;
  const later = (a: number | null | undefined, b: number | null | undefined): number | null => {
    const times = [a, b].filter((time) => time !== null && time !== undefined);
    return times.length === 0 ? null : Math.max(...times);
  };
  const {received = 0, accepted = 0} = view?.counters ?? {};
  return {
    lastReceivedAt: later(stored?.lastReceivedAt, view?.lastReceivedAt),
    lastAcceptedAt: later(stored?.lastAcceptedAt, view?.lastAcceptedAt),
    accepted: stored?.accepted ?? accepted,
    waiting: stored?.pending ?? Math.max(0, (view?.node?.pendingAtStart ?? 0) + received - accepted),
    oldestOpenAt: stored === null ? (view?.work?.oldestOpenAt ?? null) : stored.oldestOpenAt,
    refused: stored?.refused ?? view?.work?.refused ?? 0,
  };
}

function problemOf(operator: StatusFacts['operator'], part: ProblemView['part']): ProblemView | null {
  if (operator.state === 'unknown') return null;
  return operator.value?.view.problems.find((problem) => problem.part === part) ?? null;
}
