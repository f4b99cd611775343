import {OPERATOR_PARTS} from '../../node/events/events.ts';
import {judge, VERDICT_STATES} from '../../node/events/links.ts';
import {rangeOfNumbers} from '../../node/events/range-share.ts';
import {shareOf} from '../../protocol/vrf/share.ts';
import {viewLinks} from '../status/view-links.ts';
import {flag, labelledGauge, plainGauge, seconds, type ViewGauge} from './gauge-table.ts';
import {kindLabel} from './labels.ts';

/** The node, its parts, its work and its time offline. */
export const NODE_GAUGES: readonly ViewGauge[] = [
  labelledGauge(
    'aos_build_info',
    'Version and network of this node; always 1.',
    ['version', 'network'],
    ({node}) => (node === null ? [] : [{labels: {version: node.version, network: node.network}, value: 1}]),
  ),
  plainGauge('aos_start_timestamp_seconds', 'When the operator started.', ({node}) =>
    seconds(node?.startedAt),
  ),
  labelledGauge(
    'aos_verdict',
    'Whether the node earns: 1 for the state that holds.',
    ['state'],
    (view, now) => {
      // Judged now: the event of a verdict comes up to a minute later.
      const verdict = view.standing === null ? 'unknown' : judge(viewLinks(view, now)).state;
      return VERDICT_STATES.map((state) => ({labels: {state}, value: flag(verdict === state)}));
    },
  ),
  labelledGauge(
    'aos_link',
    'What has to hold for the node to earn, with its state (ok, warn, fail, pending, unknown); always 1.',
    ['link', 'state'],
    (view, now) => viewLinks(view, now).map(({id, state}) => ({labels: {link: id, state}, value: 1})),
  ),
  labelledGauge(
    'aos_part_up',
    'Whether a part has no problem; aos_problem has the code of one that has.',
    ['part'],
    ({problems}) =>
      OPERATOR_PARTS.map((part) => ({
        labels: {part},
        value: flag(!problems.some((problem) => problem.part === part)),
      })),
  ),
  labelledGauge(
    'aos_problem',
    'A problem by its code (aos explain CODE); always 1.',
    ['part', 'code'],
    ({problems}) => problems.map(({part, code}) => ({labels: {part, code}, value: 1})),
  ),

  plainGauge('aos_dispatcher_connected', 'Whether the dispatcher is connected.', ({connection}) =>
    flag(connection.state === 'connected'),
  ),
  plainGauge(
    'aos_dispatcher_since_timestamp_seconds',
    'Since when the connection is as it is now.',
    ({connection}) => seconds(connection.since),
  ),

  plainGauge(
    'aos_offline_allowance_seconds',
    'Offline time without a penalty (policy.offline_grace).',
    ({liveness}) => seconds(liveness?.allowanceMs),
  ),
  plainGauge(
    'aos_offline_allowance_left_seconds',
    'What is left of it: an outage that lasts uses it up.',
    ({liveness}) => seconds(liveness?.allowanceLeftMs),
  ),
  plainGauge(
    'aos_outage',
    'Whether the network has not probed this node for three intervals.',
    ({liveness}) => (liveness === null ? null : flag(liveness.outages.some(({end}) => end === null))),
  ),
  plainGauge('aos_last_probe_timestamp_seconds', 'When the network last probed this node.', (view) =>
    seconds(view.lastProbe?.at ?? view.liveness?.lastProbeAt),
  ),

  plainGauge('aos_last_job_timestamp_seconds', 'When a job last came.', ({lastReceivedAt, work}) =>
    seconds(lastReceivedAt ?? work?.lastJobAt),
  ),
  plainGauge('aos_no_job_after_seconds', 'So long without a job, while connected, is a problem.', ({work}) =>
    seconds(work?.noJobAfterMs),
  ),
  plainGauge(
    'aos_oldest_open_job_timestamp_seconds',
    'When the oldest job came that is on its way; none when there is none.',
    ({work}) => seconds(work?.oldestOpenAt),
  ),
  plainGauge('aos_jobs_in_progress', 'Jobs in progress.', ({load}) => load?.inProgress),
  plainGauge(
    'aos_jobs_pending',
    'Jobs in the journal that wait for their acceptance.',
    ({load}) => load?.pending,
  ),
  labelledGauge(
    'aos_answers_missing',
    'Selected jobs without an answer for 30 minutes (waiting), or left without one in the last day (unanswered).',
    ['kind', 'state'],
    ({missing}) =>
      missing.flatMap(({kind, waiting, unanswered}) => [
        {labels: {kind: kindLabel(kind), state: 'waiting'}, value: waiting},
        {labels: {kind: kindLabel(kind), state: 'unanswered'}, value: unanswered},
      ]),
  ),
  plainGauge(
    'aos_answers_held',
    'Answers that a check did not let pass, and whose jobs wait.',
    ({held}) => held.count,
  ),
  plainGauge(
    'aos_oldest_held_answer_timestamp_seconds',
    'When the first of them came; none when none is held.',
    ({held}) => seconds(held.oldestAt),
  ),
  labelledGauge(
    'aos_jobs_recent',
    'What became of the jobs of the last hour and day.',
    ['window', 'what'],
    ({work}) => {
      const rates = work?.rates;
      if (rates === undefined) return [];
      return (['hour', 'day'] as const).flatMap((window) =>
        (['received', 'selected', 'answered', 'accepted'] as const).map((what) => ({
          labels: {window, what},
          value: rates[window][what],
        })),
      );
    },
  ),

  plainGauge(
    'aos_signer_signatures',
    'Signatures of the last ten minutes.',
    ({signer}) => signer?.signatures,
  ),
  plainGauge(
    'aos_signer_errors',
    'Failures of the signer in the last ten minutes.',
    ({signer}) => signer?.errors,
  ),
  labelledGauge(
    'aos_signer_seconds',
    'How long a signature took in the last ten minutes.',
    ['quantile'],
    ({signer}) =>
      [
        {quantile: '0.5', ms: signer?.p50Ms ?? null},
        {quantile: '0.95', ms: signer?.p95Ms ?? null},
      ].flatMap(({quantile, ms}) => (ms === null ? [] : [{labels: {quantile}, value: ms / 1000}])),
  ),

  labelledGauge('aos_workers', 'Workers that are configured.', ['kind'], ({workers}) =>
    workers.flatMap(({kind, facts}) =>
      facts === null ? [] : [{labels: {kind: kindLabel(kind)}, value: facts.workers}],
    ),
  ),
  labelledGauge('aos_workers_well', 'Workers of which no problem is known.', ['kind'], ({workers}) =>
    workers.flatMap(({kind, facts}) =>
      facts === null ? [] : [{labels: {kind: kindLabel(kind)}, value: facts.well}],
    ),
  ),
  labelledGauge('aos_worker_requests', 'Requests that are open at workers.', ['kind'], ({workers}) =>
    workers.flatMap(({kind, facts}) =>
      facts === null ? [] : [{labels: {kind: kindLabel(kind)}, value: facts.open}],
    ),
  ),
  labelledGauge('aos_worker_places', 'Requests that can be open at workers.', ['kind'], ({workers}) =>
    workers.flatMap(({kind, facts}) =>
      facts === null ? [] : [{labels: {kind: kindLabel(kind)}, value: facts.places}],
    ),
  ),

  plainGauge(
    'aos_clock_readings',
    'Readings in the chain of the logical clock.',
    ({clock}) => clock?.readings,
  ),
  plainGauge('aos_clock_counter', 'The counter of this node in the logical clock.', ({clock}) =>
    clock === null ? null : Number(clock.counter),
  ),
  plainGauge(
    'aos_clock_ahead',
    'Ticks that the logical clock is ahead of the one that last came with a job.',
    ({clock}) => (clock === null || clock.ahead === null ? null : Number(clock.ahead)),
  ),
  plainGauge(
    'aos_range_share',
    'The part of all jobs that the sampling range selects, 0 to 1.',
    ({range}) => {
      const numbers = range === null ? null : rangeOfNumbers(range);
      return numbers === null ? null : shareOf(numbers);
    },
  ),
];
