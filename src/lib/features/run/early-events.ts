import type {OperatorEvent, OperatorEventBody} from '../../node/events/events.ts';
import {systemTime} from '../../foundation/system/system-time.ts';

/** Events of a start, before there is an operator; the operator's own are numbered after them. */
export type EarlyEvents = {
  emit(event: OperatorEventBody): void;
  after(event: OperatorEvent): OperatorEvent;
};

export function createEarlyEvents(onEvent: (event: OperatorEvent) => void): EarlyEvents {
  let said = 0;
  return {
    emit(event) {
      said += 1;
      onEvent({seq: said, at: systemTime.now(), ...event});
    },
    after: (event) => (said === 0 ? event : {...event, seq: event.seq + said}),
  };
}
