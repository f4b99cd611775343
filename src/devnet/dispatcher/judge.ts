import {acceptResult, matchResult, type OperatorResult} from './book.ts';
import type {Hub} from './hub.ts';

/** Decides about one result of an operator, records it when it is the first of its job, and says what to answer. */
export async function judgeResult(
  hub: Hub,
  {operator, workers}: {operator: string; workers: readonly string[]},
  result: OperatorResult,
): Promise<{code: number; message: string}> {
  const match = matchResult(hub.book, operator, result);
  if (match.verdict === 'open' && hub.checkSelection !== null) {
    const wrong = await hub.checkSelection({address: operator, workers}, match.work, result);
    if (wrong !== '') {
      hub.emit({type: 'refused', operator, why: 'selection', message: wrong});
      return {code: 400, message: wrong};
    }
  }
  // Read again, because another result may have come while the selection was checked.
  const final = matchResult(hub.book, operator, result);
  switch (final.verdict) {
    case 'unknown':
      hub.emit({
        type: 'refused',
        operator,
        why: 'unknown-job',
        message: `no job ${result.jobId.slice(0, 64)}`,
      });
      return {code: 400, message: 'no such job'};
    case 'conflict':
      hub.emit({type: 'conflict', key: final.work.key, operator});
      return {code: 409, message: 'another result was accepted for this job'};
    case 'repeated':
    case 'open': {
      const repeated = final.verdict === 'repeated';
      if (!repeated) acceptResult(hub.book, operator, {work: final.work, result}, Date.now());
      const {key} = final.work;
      const {reason} = result;
      hub.emit({
        type: 'result',
        key,
        operator,
        repeated,
        selected: result.vrf.selected,
        result: result.result,
        reason,
      });
      return {code: 200, message: 'success'};
    }
  }
}
