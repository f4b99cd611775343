import type {OperatorEvent} from '../../node/events/events.ts';
import {emptyView, reduceView, type OperatorView} from '../../node/events/view.ts';

/** The view of a run, kept by its events, for those that need it where there is no control socket. */
export function keepView(): {publish(event: OperatorEvent): void; view(): OperatorView} {
  let view = emptyView;
  return {
    publish(event) {
      view = reduceView(view, event);
    },
    view: () => view,
  };
}
