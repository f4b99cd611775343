import type {ErrorCode} from '../../../foundation/errors/table.ts';
import type {NextStep} from '../../../foundation/next-step/next-step.ts';
import type {OperatorEvent} from '../../../node/events/events.ts';
import {emptyView, reduceEvents, type OperatorView} from '../../../node/events/view.ts';

/** The operator behind the dashboard, from `hello` of the control socket. */
export type Peer = {nodeId: string; network: string; host: string; version: string; pid: number};

/** The connection between the dashboard and its operator; times are Unix ms. */
export type Link =
  | {state: 'attaching'; since: number}
  | {state: 'attached'; since: number}
  | {state: 'away'; since: number; reason: string; unreached?: Unreached}
  | {state: 'ended'; since: number};

/** Why an operator cannot be asked that may well run, and what to do; without it none runs. */
export type Unreached = {code: ErrorCode; next: NextStep};

/** Everything that the dashboard knows of its operator. */
export type Data = {
  peer: Peer | null;
  view: OperatorView;
  link: Link;
  /** Events that the operator dropped because we read too slowly. */
  missed: number;
};

/** One piece of news from the operator or from a replay. */
export type News =
  | {type: 'attached'; peer: Peer | null; view: OperatorView; at: number}
  /** The operator is not reachable any more; the source connects again. */
  | {type: 'away'; at: number; reason: string; unreached?: Unreached}
  /** A replay is over. */
  | {type: 'ended'; at: number}
  | {type: 'snapshot'; view: OperatorView}
  | {type: 'gap'; dropped: number}
  /** Events from before the snapshot, for the log alone. */
  | {type: 'history'; events: readonly OperatorEvent[]}
  | {type: 'event'; event: OperatorEvent};

/** All news but single events, which the dashboard collects. */
export type Turn = Exclude<News, {type: 'event'}>;

/** Returns the data before the first news. @param now Unix ms */
export function emptyData(now: number): Data {
  return {peer: null, view: emptyView, link: {state: 'attaching', since: now}, missed: 0};
}

/** Returns the data after one piece of news. Pure. */
export function takeNews(data: Data, news: Turn): Data {
  switch (news.type) {
    case 'attached': {
      const {peer, view, at} = news;
      return {...data, peer, view, link: {state: 'attached', since: at}};
    }
    case 'away': {
      // The first of several failed attempts sets `since`.
      const since = data.link.state === 'away' ? data.link.since : news.at;
      const {reason, unreached} = news;
      return {
        ...data,
        link: {state: 'away', since, reason, ...(unreached === undefined ? {} : {unreached})},
      };
    }
    case 'ended':
      return {...data, link: {state: 'ended', since: news.at}};
    case 'snapshot':
      return {...data, view: news.view};
    case 'gap':
      return {...data, missed: data.missed + news.dropped};
    case 'history':
      return data;
  }
}

/** Returns the data after some events, in their order. Pure. */
export function takeEvents(data: Data, events: readonly OperatorEvent[]): Data {
  return events.length === 0 ? data : {...data, view: reduceEvents(data.view, events)};
}
