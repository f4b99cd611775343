import type {Emit, OperatorEvent} from '../../node/events/events.ts';
import {judge} from '../../node/events/links.ts';
import type {OperatorView} from '../../node/events/view.ts';
import {viewLinks} from '../status/view-links.ts';

/** Events after which the verdict may be another; it is judged once a minute at least, by `work`. */
const MAY_CHANGE: ReadonlySet<OperatorEvent['type']> = new Set<OperatorEvent['type']>([
  'standing',
  'standing_read',
  'work',
  'liveness',
  'connected',
  'disconnected',
  'problem',
  'recovered',
  'answers_missing',
]);

/**
 * Reports whether this node earns, and the first link that is broken, when that changes. What is only pending, such as a
 * socket that opens, is waited for until the next minute.
 * @returns takes every event, after the view has it; never throws, never waits
 */
export function createVerdictWatch(deps: {
  view: () => OperatorView;
  emit: Emit;
}): (event: OperatorEvent) => void {
  let reported = '';
  return (event) => {
    if (!MAY_CHANGE.has(event.type)) return;
    const view = deps.view();
    // Until the chain was asked once, nothing is known that is worth a line.
    if (view.standing === null || view.stopping !== null) return;
    const links = viewLinks(view, event.at);
    const verdict = judge(links);
    const broken = links.find(({id}) => id === verdict.brokenLink);
    if (broken?.state === 'pending' && event.type !== 'work') return;
    const state = `${verdict.state} ${verdict.brokenLink ?? ''}`;
    if (state === reported) return;
    reported = state;
    deps.emit({type: 'verdict', ...verdict, found: broken?.found ?? null});
  };
}
