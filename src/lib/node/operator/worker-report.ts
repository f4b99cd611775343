import type {Emit} from '../events/events.ts';
import type {WorkerFacts} from '../events/worker-view.ts';
import type {WorkerState} from './ports.ts';

/** The workers of one kind. */
export type KindState = {kind: string; states: readonly WorkerState[]};

/** Reports what is known of the workers, when it has changed. */
export function createWorkerReport(emit: Emit): (kinds: readonly KindState[]) => void {
  let reported = '';
  return (states) => {
    const kinds = states.map(factsOf);
    const text = JSON.stringify(kinds);
    if (text === reported) return;
    reported = text;
    emit({type: 'workers', kinds});
  };
}

function factsOf({kind, states}: KindState): WorkerFacts {
  const sick = states.flatMap(({problem}) => (problem === null ? [] : [problem]));
  const slow = states.flatMap((state) => (state.slow === null ? [] : [state.slow]));
  const [first] = [...sick, ...slow];
  return {
    kind,
    workers: states.length,
    well: states.length - sick.length,
    open: states.reduce((sum, {open}) => sum + open, 0),
    places: states.reduce((sum, {places}) => sum + places, 0),
    problem: first === undefined ? null : {code: first.code, message: first.message, next: first.next},
  };
}
