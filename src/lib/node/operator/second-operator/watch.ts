import {every} from '../../../foundation/async/every.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {OperatorEventBody} from '../../events/events.ts';
import type {JobJournal} from '../../journal/journal.ts';
import type {Health} from '../health.ts';
import type {ResultReader} from '../ports.ts';
import {createKeptResults} from './kept-results.ts';
import {createLostChannel, LOST_IS_MANY} from './lost-channel.ts';
import {createTakenConnections, TAKEN_IS_MANY} from './taken-connections.ts';

/**
 * Sees signs of another operator with this node_id, elsewhere: no lock of this machine keeps it out, and each of the two
 * answers every job, which costs stake.
 */
export type SecondOperatorWatch = {
  /** Takes every event of the operator. Never throws, never waits. */
  onEvent(event: OperatorEventBody): void;
  /** Compares results, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
};

const LOOK_EVERY_MS = 60_000;
/** Without another sign for so long, the other one is taken for gone. */
const GONE_AFTER_MS = 3_600_000;

/** @param deps.results what the dispatcher keeps; null: it is not asked */
export function watchSecondOperator(deps: {
  nodeId: string;
  journal: Pick<JobJournal, 'get'>;
  results: ResultReader | null;
  time: Time;
  health: Pick<Health, 'failed' | 'worked'>;
}): SecondOperatorWatch {
  const {nodeId, journal, results, time, health} = deps;
  const connections = createTakenConnections();
  const channel = createLostChannel();
  const kept = results === null ? null : createKeptResults({nodeId, journal, reader: results, time});
  let seenAt: number | null = null;

  function seen(what: string): void {
    seenAt = time.monotonic();
    health.failed(
      'identity',
      new AosError('SECOND_OPERATOR', `another operator may work for this node_id: ${what}`),
    );
  }

  return {
    onEvent(event) {
      const now = time.monotonic();
      switch (event.type) {
        case 'connected':
          channel.connected(now);
          if (connections.connected(now) >= TAKEN_IS_MANY)
            seen(`the connection was accepted and taken away ${TAKEN_IS_MANY} times in 5 minutes`);
          return;
        case 'disconnected':
          connections.disconnected(now);
          return;
        case 'connect_repeated':
          channel.repeated(now);
          return;
        case 'job_received':
        case 'job_duplicate':
          if (channel.jobCame(now) >= LOST_IS_MANY)
            seen('the jobs stopped without an end of the connection, and came again after connect');
          return;
        case 'result_retry':
          if (event.code === 'RESULT_TAKEN') seen(event.message);
          return;
        case 'result_accepted':
          if (event.outcome === 'answered') kept?.accepted(event.job);
          return;
        default:
          return;
      }
    },
    async run(signal) {
      const looked = {last: Promise.resolve()};
      await every(LOOK_EVERY_MS, {time, signal}, () => {
        if (seenAt !== null && time.monotonic() - seenAt > GONE_AFTER_MS) {
          seenAt = null;
          health.worked('identity');
        }
        // One request at a time: a slow dispatcher is asked again when it has answered.
        if (kept !== null)
          looked.last = looked.last.then(async () => {
            const wrong = await kept.check(signal);
            if (wrong !== null) seen(wrong);
          });
      });
      await looked.last;
    },
  };
}
