import {isWarning} from './warnings.ts';
import {middle} from '../../foundation/text/cells.ts';
import {duration, measured} from '../../foundation/time/duration.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {
  JobRef,
  LivenessFacts,
  MissingAnswers,
  OperatorEventBody,
  RejectReason,
  StopReason,
  WorkFacts,
} from './events.ts';
import {missingText} from './missing-text.ts';
import {MUTE_END} from './mute-end.ts';
import {describeChecked, isCheckedEvent} from './describe-checked.ts';
import {describeStanding, isStandingEvent} from './describe-standing.ts';
import {rangeOfNumbers} from './range-share.ts';
import {OUTAGE_CAUSES} from '../../foundation/text/words.ts';
import {shareText} from '../../protocol/vrf/share.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {type NextStep, type RenderNext, run, say} from '../../foundation/next-step/next-step.ts';

/** The least first. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** An event as one line for people: how bad, and what happened. Outside text in it is not safe yet. */
export type Description = {level: Level; text: string};

/** What listens at a URL. */
const LISTENS: Readonly<Record<'public' | 'callbacks' | 'metrics', (url: string) => string>> = {
  public: (url) => `answering ${url}/ping`,
  callbacks: (url) => `workers call back on ${url}`,
  metrics: (url) => `metrics at ${url}/metrics`,
};
const NOT_AGAIN = say('Nothing to do here: asking again is of no use.');

/**
 * One sentence for each event, with the next step where there is one; job ids are shortened in the middle. A job that goes
 * well has one line at info, when it is accepted.
 */
export function describe(event: OperatorEventBody, next: RenderNext): Description {
  if (isStandingEvent(event)) return describeStanding(event, next);
  if (isCheckedEvent(event)) return describeChecked(event, name, next);
  switch (event.type) {
    case 'started':
      return info(
        `operator ${event.nodeId} on ${event.network}, workers ${event.workers.join(',') || 'none'}, ${jobs(event.pending)} pending, VRF key ${middle(event.vrfPublicKey, 17)}`,
      );
    case 'warning':
      return warn(
        `${event.message} (${event.code})${event.next === undefined ? '' : ` → ${next(event.next)}`}`,
      );
    case 'listening':
      return info(LISTENS[event.what](event.url));
    case 'connecting':
      return info(`connecting to ${event.url}`);
    case 'connected':
      return info(`connected to ${event.url}`);
    case 'disconnected':
      return warn(
        `${event.refusal === undefined ? 'disconnected' : 'refused'}: ${event.reason}${event.retryInMs === null ? '' : `; next try in ${measured(event.retryInMs)}`}`,
      );
    case 'connect_repeated':
      return debug(`no job for ${measured(event.quietMs)}: connect is sent again on the same socket`);
    case 'frame_rejected':
      return warn(
        `frame rejected (${event.reason}, ${event.code}), ${event.count} so far: ${event.message} → ${next(frameNext(event))}`,
      );
    case 'frame_unsigned':
      return warn(
        `the dispatcher does not sign its jobs; accepted because net.verify_dispatcher is ${event.policy}`,
      );
    case 'hash_mismatch':
      return warn(`message ${event.envelopeId} is correctly signed, but its hash field is wrong`);
    case 'job_received':
      return debug(`job ${name(event.job)} received: ${event.job.kind} ${event.job.model}`);
    case 'job_duplicate':
      return info(
        event.state === 'pruned'
          ? `job ${name(event.job)} received again; it was over before, and its evidence is packed or deleted: it is not answered again`
          : `job ${name(event.job)} received again; it is ${event.state} (${event.count} so far)`,
      );
    case 'job_sampled':
      return debug(
        `job ${name(event.job)} ${event.selected ? 'selected' : 'not selected'} (VRF ${event.r} ${event.selected ? '<' : '≥'} ${event.threshold})`,
      );
    case 'job_asked':
      return debug(`job ${name(event.job)} sent to the ${event.job.kind} worker (attempt ${event.attempt})`);
    case 'job_answered':
      return debug(`job ${name(event.job)} answered by the worker after ${measured(event.ms)}`);
    case 'job_retry':
      return warn(`job ${name(event.job)}: ${event.message}; next try in ${measured(event.retryInMs)}`);
    case 'job_listening':
      return warn(
        `job ${name(event.job)}: ${event.message}; ${event.attempts} requests had no answer, it is not asked again, a late answer still counts`,
      );
    case 'job_unanswered':
      return error(
        `job ${name(event.job)} has no answer, and nothing is sent: ${event.reason} → ${next(event.unfit === true ? NOT_AGAIN : run('job retry', [`#${event.job.seq}`]))}`,
      );
    case 'job_asked_again':
      return info(`job ${name(event.job)} is asked about again`);
    case 'job_concluded':
      return concluded(event);
    case 'result_sent':
      return debug(
        `job ${name(event.job)} result sent${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`,
      );
    case 'result_retry':
      return warn(
        `job ${name(event.job)} not accepted: ${event.message}; next try in ${measured(event.retryInMs)}`,
      );
    case 'result_accepted':
      return accepted(event);
    case 'result_expired':
      return error(`job ${name(event.job)} was never accepted within the retention and is given up`);
    case 'callback_refused':
      return warn(`worker callback refused (${event.why}), ${event.count} so far`);
    case 'probe_answered':
      return probed(event);
    case 'connections_refused':
      return refused(event);
    case 'problem':
      return (isWarning(event.code) ? warn : error)(
        `${event.part}: ${event.message} (${event.code}) → ${next(event.next)}`,
      );
    case 'recovered':
      return info(`${event.part} works again after ${measured(event.afterMs)}`);
    case 'range':
      return info(rangeText(event));
    case 'clock':
      return debug(`clock ${event.id} at ${event.counter}, ${event.readings} readings`);
    case 'signer_stats':
      return debug(
        `signer: ${event.signatures} signatures, p50 ${ms(event.p50Ms)}, p95 ${ms(event.p95Ms)}, ${event.errors} errors in ${measured(event.windowMs)}`,
      );
    case 'block':
      return {level: 'debug', text: `block ${event.number}; the RPC took ${ms(event.rpcMs)}`};
    case 'work':
      return work(event);
    case 'liveness':
      return liveness(event);
    case 'answers_missing':
      return missing(event.kinds, next);
    case 'minute':
      return info(
        `up ${measured(event.uptimeMs)}: ${event.accepted} accepted, ${event.received} received, ${event.failed} failed, ${event.unanswered} unanswered, ${event.inProgress} in progress, ${event.pending} waiting, ${event.probes} probes`,
      );
    case 'alert_mute':
      return muted(event.mutedUntil, next);
    case 'config_reloaded':
      return reloaded(event);
    case 'stopping':
      return info(stopping(event.reason, event.inProgress, event.graceMs));
    case 'summary':
      return info(
        `done: ${event.accepted} accepted, ${event.received} received, ${event.selected} selected, ${event.unselected} not selected, ${event.failed} failed, ${event.unanswered} unanswered, ${event.pending} pending${event.held === 0 ? '' : ` (${event.held} with a held answer)`}, in ${measured(event.durationMs)}`,
      );
  }
}

/** The one line of a job that went well: its steps are at debug. */
function accepted({job, outcome, ms}: OperatorEventBody & {type: 'result_accepted'}): Description {
  const became = outcome === 'unselected' ? 'not selected' : outcome;
  return info(`job ${name(job)} ${became}, accepted after ${measured(ms)}: ${job.kind} ${job.model}`);
}

/** Of an unselected job the outcome says all; its reason is the protocol's wording of it. */
function rangeText(event: OperatorEventBody & {type: 'range'}): string {
  const range = rangeOfNumbers(event);
  const share = range === null ? `of ${event.max}` : `of ${range.numbers}, ${shareText(range)},`;
  const block = event.block === null ? '' : `, block ${event.block}`;
  return `sampling range ${event.start}–${event.end} ${share} from the ${event.source}${block}`;
}

function concluded({job, outcome, reason}: OperatorEventBody & {type: 'job_concluded'}): Description {
  if (outcome === 'failed') return warn(`job ${name(job)} failed: ${reason}`);
  if (outcome === 'unselected') return debug(`job ${name(job)} saved as unselected`);
  const saved = outcome === 'answered' ? 'answer saved' : `saved as ${outcome}`;
  return debug(`job ${name(job)} ${saved}${reason === '' ? '' : `: ${reason}`}`);
}

function probed({via, from}: OperatorEventBody & {type: 'probe_answered'}): Description {
  return debug(`liveness probe over ${via}${from === undefined ? '' : ` from ${from}`}`);
}

function refused(event: OperatorEventBody & {type: 'connections_refused'}): Description {
  const {code, count, from, fromCount} = event;
  const most = from === null ? '' : `, ${fromCount} of them from ${from}`;
  return warn(`${count} refused (${code})${most}`);
}

function work({lastJobAt, noJobAfterMs, open}: WorkFacts): Description {
  const came = lastJobAt === null ? 'no job has come yet' : 'jobs come';
  return {
    level: 'debug',
    text: `${came}; ${jobs(open)} open; without a job for ${duration(noJobAfterMs)} it is a problem`,
  };
}

function liveness({lastProbeAt, allowanceLeftMs, allowanceMs, outages}: LivenessFacts): Description {
  if (lastProbeAt === null) return info('no liveness probe yet');
  const [last] = outages;
  if (last === undefined || last.end !== null)
    return {level: 'debug', text: `the network reaches us; ${measured(allowanceMs)} offline allowance`};
  return warn(
    `the network has not reached us for ${duration(last.durationMs)} (${OUTAGE_CAUSES[last.cause]}); ${duration(allowanceLeftMs ?? 0)} of the offline allowance left`,
  );
}

function missing(kinds: readonly MissingAnswers[], next: RenderNext): Description {
  if (kinds.length === 0) return info('no selected job waits too long for an answer');
  const step = next(run('job list', ['--state', 'selected,unanswered']));
  return error(`${missingText(kinds)} → ${step}`);
}

function muted(until: number | null, next: RenderNext): Description {
  if (until === null) return info('alerts go out again');
  return warn(`alerts are muted until ${isoTime(until)} → ${next(MUTE_END)}`);
}

function reloaded({applied, needRestart}: {applied: string[]; needRestart: string[]}): Description {
  const now = applied.length === 0 ? '' : `; from now on: ${applied.join(', ')}`;
  if (needRestart.length > 0)
    return warn(`configuration reloaded${now}; restart the operator for ${needRestart.join(', ')}`);
  return info(`configuration reloaded${now === '' ? ': nothing has changed' : now}`);
}

function stopping(reason: StopReason, inProgress: number, graceMs: number): string {
  const rest =
    inProgress === 0 ? 'no jobs in progress' : `finishing ${jobs(inProgress)}, up to ${measured(graceMs)}`;
  const again = reason.startsWith('SIG') ? 'again' : 'Ctrl-C';
  return `stopping (${STOPS[reason]}): ${rest}${inProgress > 0 ? `; ${again} to stop at once` : ''}`;
}

/** Why it stops, in words that the command line has too. */
const STOPS: Readonly<Record<StopReason, string>> = {
  SIGINT: 'SIGINT',
  SIGTERM: 'SIGTERM',
  jobs: '--jobs reached',
  for: '--for is over',
  fatal: 'it cannot continue',
};

/** What to do about a rejected frame. */
function frameNext({reason, code}: {reason: RejectReason; code: ErrorCode}): NextStep {
  switch (reason) {
    case 'unreadable':
      return say('Check that net.dispatcher_url is a dispatcher');
    case 'unsigned':
      return say('If this dispatcher signs nothing, set net.verify_dispatcher: when-signed');
    case 'wrong-signature':
      return say(
        'Check net.dispatcher_url: its messages are changed on the way, or come from another sender',
      );
    case 'wrong-sender':
      return say('Check node.dispatcher_address');
    case 'unknown-method':
      return run('explain', [code]);
    case 'bad-message':
    case 'other-job':
    case 'too-much':
      return run('job refused');
  }
}

const jobs = (count: number): string => `${count} ${count === 1 ? 'job' : 'jobs'}`;

function name({jobId, tag, position}: JobRef): string {
  const suffix = tag === '' ? '' : ` [${tag}${position === '' ? '' : `/${position}`}]`;
  return `${middle(jobId, 17)}${suffix}`;
}

function ms(value: number | null): string {
  return value === null ? '?' : measured(value);
}

const debug = (text: string): Description => ({level: 'debug', text});
const info = (text: string): Description => ({level: 'info', text});
const warn = (text: string): Description => ({level: 'warn', text});
const error = (text: string): Description => ({level: 'error', text});
