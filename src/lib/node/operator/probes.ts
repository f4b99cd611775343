import type {Time} from '../../foundation/time/time.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {ClockJournal} from '../journal/journal.ts';

/** Most probes emitted and journalled per second; anyone may request /ping as often as they like. */
const PROBES_PER_SECOND = 2;

/** Takes down that the network asked whether we are alive, and was answered. */
export function createProbes(deps: {
  journal: Pick<ClockJournal, 'read'>;
  time: Time;
  emit: Emit;
  health: Health;
}): (via: 'http' | 'websocket') => void {
  const {journal, time, emit, health} = deps;
  const mayEmit = createBucket(PROBES_PER_SECOND, time);
  return (via) => {
    if (!mayEmit()) return;
    emit({type: 'probe_answered', via});
    journal
      .read({event: 'probe_answered', ref: via, merge: null}, time.now())
      .catch((error: unknown) => health.failed('journal', error));
  };
}
