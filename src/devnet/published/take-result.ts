import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import {databaseIsThere, type PublishedHub} from './hub.ts';
import {keepResult, textOf, type Claim, type Fate} from './store.ts';

/**
 * Takes what an operator says in a `job_result`, with the lock in hand.
 * @param claim null: something that has to be there is missing
 * @param operator of the connection; null: it has not said who it is
 * @returns false when there is no database; whatever else becomes of a result, its sender hears 200
 */
export async function takeResult(
  hub: PublishedHub,
  claim: Claim | null,
  operator: string | null,
): Promise<boolean> {
  if (claim === null) {
    const message = 'a job_result without what it has to hold';
    hub.emit({type: 'rejected', operator, why: 'unreadable', message});
    return true;
  }
  if (!(await databaseIsThere(hub, hub.closed))) return false;
  report(hub, claim, keepResult(hub.store, claim, hub.time.now()));
  return true;
}

function report({emit}: PublishedHub, claim: Claim, fate: Fate): void {
  const key: JobKey = {jobId: claim.jobId, tag: claim.tag, position: ''};
  const from = claim.operator;
  if (fate === 'unknown') {
    const message = `no job ${claim.jobId.slice(0, 64)}`;
    emit({type: 'refused', operator: from, why: 'unknown-job', message});
  } else if (fate === 'other') emit({type: 'conflict', key, operator: from});
  else {
    const {selected, reason} = claim;
    const result = textOf(claim.result);
    emit({type: 'result', key, operator: from, repeated: fate === 'same', selected, result, reason});
  }
}
