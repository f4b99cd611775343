import type {OperatorEventBody, Summary, Tally} from './events.ts';
export const emptyTally: Tally = {
  accepted: 0,
  received: 0,
  duplicates: 0,
  selected: 0,
  unselected: 0,
  failed: 0,
  unanswered: 0,
  rejected: 0,
  resent: 0,
  probes: 0,
};

/** Counts what happened in this run, from its events alone. */
export function countEvent(tally: Tally, event: OperatorEventBody): Tally {
  switch (event.type) {
    case 'job_received':
      return {...tally, received: tally.received + 1};
    case 'job_duplicate':
      return {...tally, duplicates: event.count};
    case 'job_sampled':
      return event.selected
        ? {...tally, selected: tally.selected + 1}
        : {...tally, unselected: tally.unselected + 1};
    case 'job_concluded':
      return event.outcome === 'failed' ? {...tally, failed: tally.failed + 1} : tally;
    case 'job_unanswered':
      return {...tally, unanswered: tally.unanswered + 1};
    case 'result_sent':
      return event.attempt > 1 ? {...tally, resent: tally.resent + 1} : tally;
    case 'result_accepted':
      return {...tally, accepted: tally.accepted + 1};
    case 'frame_rejected':
      return {...tally, rejected: event.count};
    case 'probe_answered':
      return {...tally, probes: tally.probes + 1};
    default:
      return tally;
  }
}

export function summarise(
  tally: Tally,
  rest: Pick<Summary, 'pending' | 'held' | 'heldJob' | 'durationMs' | 'reason'>,
): Summary {
  return {...tally, ...rest};
}
