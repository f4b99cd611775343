import type {OperatorEvent} from '../../../node/events/events.ts';
import {emptyView, reduceEvents, type OperatorView} from '../../../node/events/view.ts';

/** Who is being watched, as the control socket's `hello` says. */
export type Peer = {nodeId: string; network: string; host: string; version: string; pid: number};

/** How things stand between the dashboard and its operator; times are Unix ms. */
export type Link =
  | {state: 'attaching'; since: number}
  | {state: 'attached'; since: number}
  | {state: 'away'; since: number; reason: string}
  | {state: 'ended'; since: number};

export type Data = {
  peer: Peer | null;
  view: OperatorView;
  link: Link;
  /** Events that were dropped because we read too slowly. */
  missed: number;
};

/** What happens outside, one at a time. */
export type News =
  | {type: 'attached'; peer: Peer | null; view: OperatorView; at: number}
  /** The operator cannot be reached any more; it is tried again. */
  | {type: 'away'; at: number; reason: string}
  /** A replay is over. */
  | {type: 'ended'; at: number}
  | {type: 'snapshot'; view: OperatorView}
  | {type: 'gap'; dropped: number}
  /** Events from before the snapshot, for the log alone. */
  | {type: 'history'; events: readonly OperatorEvent[]}
  | {type: 'event'; event: OperatorEvent};

/** All but single events, which are collected. */
export type Turn = Exclude<News, {type: 'event'}>;

export function emptyData(now: number): Data {
  return {peer: null, view: emptyView, link: {state: 'attaching', since: now}, missed: 0};
}

export function takeNews(data: Data, news: Turn): Data {
  switch (news.type) {
    case 'attached': {
      const {peer, view, at} = news;
      return {...data, peer, view, link: {state: 'attached', since: at}};
    }
    case 'away': {
      // The first of several failed attempts sets `since`.
      const since = data.link.state === 'away' ? data.link.since : news.at;
      return {...data, link: {state: 'away', since, reason: news.reason}};
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

/** The data after some events, in their order. */
export function takeEvents(data: Data, events: readonly OperatorEvent[]): Data {
  return events.length === 0 ? data : {...data, view: reduceEvents(data.view, events)};
}
