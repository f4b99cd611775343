import type {Time} from '../../foundation/time/time.ts';
import type {Emit, LivenessFacts, OperatorEvent, OperatorEventBody, Tally} from '../events/events.ts';
import {countEvent, emptyTally} from '../events/tally.ts';

/** The operator's one stream of events, and what the summary needs to know of it. */
export type EventStream = {
  emit: Emit;
  tally(): Tally;
  /** The last `liveness` facts; null before the first. */
  liveness(): LivenessFacts | null;
};

/** @param onEvent reads every event, numbered and timed; must not throw or wait */
export function createEventStream(onEvent: (event: OperatorEvent) => void, time: Time): EventStream {
  let seq = 0;
  let tally = emptyTally;
  let liveness: LivenessFacts | null = null;
  let summarised = false;

  return {
    emit(body: OperatorEventBody) {
      // The summary is the last word: what the run left under way has nothing to add.
      if (summarised) return;
      summarised = body.type === 'summary';
      seq += 1;
      tally = countEvent(tally, body);
      if (body.type === 'liveness') {
        const {type: _type, ...facts} = body;
        liveness = facts;
      }
      onEvent({seq, at: time.now(), ...body});
    },
    tally: () => tally,
    liveness: () => liveness,
  };
}
