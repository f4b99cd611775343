import {Counter, Gauge, Histogram, type Registry} from 'prom-client';
import type {OperatorEvent} from '../../node/events/events.ts';
import {kindLabel} from './labels.ts';
import {createOpenJobs, type OpenAtStart} from './open-jobs.ts';
import {createStageTimes} from './stage-times.ts';

/** From a millisecond to two hours: proofs of a zkml worker take minutes, and a dispatcher may be away for longer. */
const STAGE_BUCKETS = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 7_200,
];

/** Counts what happens to jobs. @returns takes every event; never throws, never waits */
export function jobMetrics(registry: Registry, start: OpenAtStart): (event: OperatorEvent) => void {
  const registers = [registry];
  const jobs = new Counter({
    name: 'aos_jobs_total',
    help: 'Jobs of this run by what happened to them; the outcomes of answers among it.',
    labelNames: ['kind', 'event'],
    registers,
  });
  const retries = new Counter({
    name: 'aos_retries_total',
    help: 'Tries again: of requests to workers, and of results at the dispatcher.',
    labelNames: ['kind', 'what'],
    registers,
  });
  const checks = new Counter({
    name: 'aos_answer_checks_total',
    help: 'What the checks of answers said, and held answers that were released.',
    labelNames: ['kind', 'verdict'],
    registers,
  });
  const stages = new Histogram({
    name: 'aos_job_stage_seconds',
    help: 'How long the stages of jobs took.',
    labelNames: ['kind', 'stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const open = createOpenJobs(start);
  const openJobs: Gauge<'kind' | 'state'> = new Gauge({
    name: 'aos_jobs_open',
    help: 'Jobs that wait: for their sampling (received), for a worker (selected), for their acceptance (answered).',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      openJobs.reset();
      for (const {kind, state, count} of open.counts()) openJobs.set({kind, state}, count);
    },
  });
  const stagesOf = createStageTimes();
  let duplicates = 0;

  function count(event: OperatorEvent): void {
    switch (event.type) {
      case 'started':
        // A series that is there from the start shows its first job as a rise.
        for (const kind of event.workers) {
          for (const what of ['received', 'selected', 'answered', 'unanswered', 'accepted', 'expired'])
            jobs.inc({kind: kindLabel(kind), event: what}, 0);
          for (const what of ['worker', 'result']) retries.inc({kind: kindLabel(kind), what}, 0);
          for (const verdict of ['ok', 'not_checked', 'refused', 'held', 'released'])
            checks.inc({kind: kindLabel(kind), verdict}, 0);
        }
        return;
      case 'job_received':
        jobs.inc({kind: kindLabel(event.job.kind), event: 'received'});
        return;
      case 'job_duplicate':
        // A flood has fewer events than duplicates.
        jobs.inc(
          {kind: kindLabel(event.job.kind), event: 'duplicate'},
          Math.max(0, event.count - duplicates),
        );
        duplicates = Math.max(duplicates, event.count);
        return;
      case 'job_sampled':
        if (event.selected) jobs.inc({kind: kindLabel(event.job.kind), event: 'selected'});
        return;
      case 'job_concluded':
        jobs.inc({kind: kindLabel(event.job.kind), event: event.outcome});
        return;
      case 'job_unanswered':
        jobs.inc({kind: kindLabel(event.job.kind), event: 'unanswered'});
        return;
      case 'result_accepted':
        jobs.inc({kind: kindLabel(event.job.kind), event: 'accepted'});
        return;
      case 'result_expired':
        jobs.inc({kind: kindLabel(event.job.kind), event: 'expired'});
        return;
      case 'job_checked':
        checks.inc({kind: kindLabel(event.job.kind), verdict: event.verdict});
        return;
      case 'job_held':
        checks.inc({kind: kindLabel(event.job.kind), verdict: 'held'});
        return;
      case 'job_released':
        checks.inc({kind: kindLabel(event.job.kind), verdict: 'released'});
        return;
      case 'job_retry':
        retries.inc({kind: kindLabel(event.job.kind), what: 'worker'});
        return;
      case 'result_retry':
        retries.inc({kind: kindLabel(event.job.kind), what: 'result'});
        return;
      default:
        return;
    }
  }

  return (event) => {
    count(event);
    open.onEvent(event);
    if (!('job' in event)) return;
    const kind = kindLabel(event.job.kind);
    for (const {stage, ms} of stagesOf(event)) stages.observe({kind, stage}, ms / 1000);
  };
}
