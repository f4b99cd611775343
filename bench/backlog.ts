import {awaitAccepted, queueJobs} from './dispatcher-requests.ts';
import type {Row} from './figures.ts';
import type {Network} from './network.ts';
import {memoryOf} from './processes.ts';

const JOBS = 10_000;
const JOB_BYTES = 1_000;
const LOOK_EVERY_MS = 50;

/** 10,000 unselected jobs of 1 kB wait before the operator connects. */
export async function benchBacklog(network: Network): Promise<Row[]> {
  const part = `Backlog: ${JOBS} jobs of ${JOB_BYTES} bytes queued before the operator connects`;
  // No published dispatcher sends a job that was submitted before the operator connects.
  const dispatcher = await network.dispatcher('friendly');
  try {
    await queueJobs(dispatcher, JOBS, JOB_BYTES);
    const operator = await network.operator(dispatcher, 'none');
    let highest = 0;
    const looking = setInterval(() => {
      highest = Math.max(highest, memoryOf(operator.pid).nowMb);
    }, LOOK_EVERY_MS);
    try {
      const drained = await awaitAccepted(dispatcher, JOBS);
      const {peakMb} = memoryOf(operator.pid);
      return [
        {
          part,
          what: 'operator RSS, peak (VmHWM)',
          figure: peakMb,
          unit: 'MB',
          target: {atMost: 200},
          note: `highest VmRSS seen ${highest.toFixed(0)} MB`,
        },
        {
          part,
          what: 'jobs lost',
          figure: JOBS - drained.accepted,
          unit: '',
          target: {atMost: 0},
          note: `${drained.repeated} repeated, ${drained.conflicts} conflicts`,
        },
        {
          part,
          what: 'results accepted out of order',
          figure: drained.disordered,
          unit: '',
          target: {atMost: 0},
        },
        {
          part,
          what: 'worked off',
          figure: (JOBS / drained.wallMs) * 1000,
          unit: 'jobs/s',
          note: 'start-up of the operator included',
        },
      ];
    } finally {
      clearInterval(looking);
      await operator.close();
    }
  } finally {
    await dispatcher.close();
  }
}
