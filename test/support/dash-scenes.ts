import {
  emptyData,
  takeEvents,
  takeNews,
  type Data,
  type News,
  type Peer,
} from '../../src/lib/features/dashboard/model/data.ts';
import {sortJobs} from '../../src/lib/features/dashboard/model/jobs.ts';
import {createLog, createLogFilter} from '../../src/lib/features/dashboard/model/log.ts';
import type {Scene} from '../../src/lib/features/dashboard/panes/scene.ts';
import {filterOf, initialUi, type Ui} from '../../src/lib/features/dashboard/model/ui.ts';
import {findings} from '../../src/lib/features/dashboard/model/verdict.ts';
import type {
  JobRef,
  LivenessFacts,
  OperatorEvent,
  OperatorEventBody,
} from '../../src/lib/node/events/events.ts';
import {CHAIN_LINK_IDS, type ChainLink} from '../../src/lib/node/events/links.ts';
import type {ChainCost, StandingFigures} from '../../src/lib/node/events/standing.ts';
import {ok} from '../../src/lib/foundation/check/check.ts';
import {standingFigures} from './standing.ts';
import {emptyView} from '../../src/lib/node/events/view.ts';
import {renderNext} from '../../src/lib/cli/next-step.ts';

export const START = Date.UTC(2026, 10, 25, 12, 0, 0);
const HOUR = 3_600_000;

export const PEER: Peer = {
  nodeId: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  network: 'devnet',
  host: 'node-1',
  version: '0.1.0',
  pid: 4242,
};

/** Events at chosen times, numbered as the operator does. */
export function recorder(start = START): {
  at(ms: number, body: OperatorEventBody): void;
  events: OperatorEvent[];
} {
  const events: OperatorEvent[] = [];
  return {
    events,
    at: (ms, body) => void events.push({seq: events.length + 1, at: start + ms, ...body}),
  };
}

export const job = (n: number, change: Partial<JobRef> = {}): JobRef => ({
  seq: n,
  jobId: `${String(n).padStart(4, '0')}a67f0c1d2e3b4a5968778695a4b3c2d1e0f${String(n).padStart(4, '0')}`,
  tag: n % 3 === 0 ? 'opml' : '',
  position: '',
  kind: 'opml',
  model: 'llama-7b',
  ...change,
});

export const liveness = (
  lastProbeAt: number | null,
  change: Partial<LivenessFacts> = {},
): OperatorEventBody => ({
  type: 'liveness',
  lastProbeAt,
  allowanceMs: HOUR,
  allowanceLeftMs: lastProbeAt === null ? null : HOUR,
  probes: 8_640,
  probeIntervalMs: 10_000,
  outages: [
    {
      start: START - 30 * HOUR,
      end: START - 30 * HOUR + 320_000,
      durationMs: 320_000,
      cause: 'network-down',
      overAllowance: false,
    },
  ],
  ...change,
});

/** What the chain says of the operator: all is well but for the changes. @param ms of the reading, after {@link START} */
export function standing(
  ms: number,
  changes: Partial<StandingFigures> = {},
  {links = [], costs = []}: {links?: readonly ChainLink[]; costs?: readonly ChainCost[]} = {},
): OperatorEventBody {
  const readAt = START + ms;
  return {
    type: 'standing',
    readAt,
    failure: null,
    links: CHAIN_LINK_IDS.map(
      (id) => links.find((link) => link.id === id) ?? {id, ...ok('as it should be'), at: readAt},
    ),
    figures: standingFigures({block: '1234', blockAt: readAt - 2_000, ...changes}),
    costs,
  };
}

/** An operator that has worked for eleven minutes: seven jobs, one of them in the worker's hands. */
export function healthyEvents(): OperatorEvent[] {
  const {at, events} = recorder();
  at(0, {
    type: 'started',
    nodeId: PEER.nodeId,
    network: 'devnet',
    version: '0.1.0',
    vrfPublicKey: 'ab'.repeat(32),
    workers: ['opml'],
    pending: 0,
  });
  at(200, {type: 'connecting', url: 'ws://127.0.0.1:3000/ws'});
  at(400, {type: 'connected', url: 'ws://127.0.0.1:3000/ws'});
  at(500, {type: 'range', start: '0', end: '300000', max: '600000', block: '41', source: 'chain'});
  at(600, liveness(START - 4_000));
  for (let probe = 0; probe < 65; probe += 1)
    at(1_000 + probe * 10_000, {type: 'probe_answered', via: probe % 2 === 0 ? 'http' : 'websocket'});
  for (let n = 1; n <= 7; n += 1) jobStory(at, n, 600_000 + n * 5_000);
  at(648_000, {type: 'job_received', job: job(8), signer: null});
  at(648_010, {type: 'job_sampled', job: job(8), selected: true, r: 71_234, threshold: 300_000});
  at(648_020, {type: 'job_asked', job: job(8), request: 'r8', attempt: 1});
  at(648_100, {
    type: 'clock',
    id: '1',
    counter: '10234',
    readings: 31,
    merged: {clock: {'1': '10180', '2': '55'}, at: START + 648_000, jobId: job(8).jobId},
    ahead: '54',
  });
  at(648_200, {type: 'signer_stats', p50Ms: 4, p95Ms: 9, signatures: 1_230, errors: 0, windowMs: 600_000});
  at(648_250, standing(640_000));
  at(648_260, {
    type: 'workers',
    kinds: [{kind: 'opml', workers: 1, well: 1, open: 1, places: 1, problem: null}],
  });
  at(648_270, {
    type: 'work',
    lastJobAt: START + 648_000,
    usualGapMs: 5_000,
    noJobAfterMs: 600_000,
    open: 1,
    oldestOpenAt: START + 648_000,
    cameForWorkers: 4,
    answeredByWorkers: 4,
    windowMs: 3_600_000,
    refused: 0,
    rates: {
      hour: {received: 8, accepted: 7, selected: 5, answered: 4, p95Ms: 960},
      day: {received: 8, accepted: 7, selected: 5, answered: 4, p95Ms: 960},
    },
  });
  at(648_300, {type: 'block', number: '1234', blockAt: START + 645_000, rpcMs: 12});
  return renumbered(events.sort((a, b) => a.at - b.at));
}

/** As if it had happened later, with the times that it tells of. */
export function shifted(event: OperatorEvent, ms: number): OperatorEvent {
  const at = event.at + ms;
  if (event.type === 'block') return {...event, at, blockAt: event.blockAt + ms};
  if (event.type !== 'standing' || event.readAt === null) return {...event, at};
  const readAt = event.readAt + ms;
  return {...event, at, readAt, links: event.links.map((link) => ({...link, at: readAt}))};
}

/** As if they were all that happened. */
export const renumbered = (events: readonly OperatorEvent[]): OperatorEvent[] =>
  events.map((event, index) => ({...event, seq: index + 1}));

function jobStory(at: (ms: number, body: OperatorEventBody) => void, n: number, ms: number): void {
  const one = job(n);
  at(ms, {type: 'job_received', job: one, signer: null});
  if (n % 2 === 0) {
    at(ms + 10, {type: 'job_sampled', job: one, selected: false, r: 412_345, threshold: 300_000});
    at(ms + 20, {type: 'job_concluded', job: one, outcome: 'unselected', reason: ''});
  } else {
    at(ms + 10, {type: 'job_sampled', job: one, selected: true, r: 12_345, threshold: 300_000});
    at(ms + 20, {type: 'job_asked', job: one, request: `r${n}`, attempt: 1});
    at(ms + 900, {type: 'job_answered', job: one, request: `r${n}`, ms: 880});
    at(ms + 910, {type: 'job_concluded', job: one, outcome: 'answered', reason: ''});
  }
  at(ms + 920, {type: 'result_sent', job: one, envelopeId: `e${n}`, attempt: 1});
  at(ms + 960, {
    type: 'result_accepted',
    job: one,
    ms: 960,
    outcome: n % 2 === 0 ? 'unselected' : 'answered',
  });
}

/** As if they had come one after the other over the socket, after `first`. */
export function after(events: readonly OperatorEvent[], ...more: readonly News[]): News[] {
  return [
    {type: 'attached', peer: PEER, view: emptyView, at: START},
    ...events.map((event): News => ({type: 'event', event})),
    ...more,
  ];
}

/** More events, numbered on. */
export function more(
  events: readonly OperatorEvent[],
  ...list: readonly [number, OperatorEventBody][]
): OperatorEvent[] {
  return [
    ...events,
    ...list.map(([ms, body], index): OperatorEvent => ({
      seq: events.length + 1 + index,
      at: START + ms,
      ...body,
    })),
  ];
}

/** What there is to draw after all that. */
export function sceneOf(news: readonly News[], now: number, change: Partial<Ui> = {}): Scene {
  let data: Data = emptyData(START);
  const log = createLog(renderNext);
  for (const one of news) {
    data = one.type === 'event' ? takeEvents(data, [one.event]) : takeNews(data, one);
    if (one.type === 'event') log.push(one.event);
  }
  const ui: Ui = {...initialUi, ...change};
  const filter = filterOf(ui);
  return {
    now,
    data,
    ui,
    jobs: sortJobs(data.view, filter, now),
    log: createLogFilter()(log.entries(), {text: filter, level: ui.level}),
    findings: findings(data, now),
    next: renderNext,
    replay: null,
    uiNow: 0,
  };
}
