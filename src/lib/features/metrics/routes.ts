import type {RenderNext} from '../../foundation/next-step/next-step.ts';
import type {OperatorView} from '../../node/events/view.ts';
import type {Metrics} from './metrics.ts';
import {HEALTH_STATUS, nodeHealth, notReadyCauses, services} from './readiness.ts';

/** An answer of the metrics port; `body` '' has no type. */
export type RouteAnswer = {status: number; type: string; body: string};

/** The version of EigenLayer's AVS node specification that the node API follows (docs/metrics.md#the-node-api). */
const SPEC_VERSION = 'v0.0.1';
const JSON_TYPE = 'application/json';
const TEXT = 'text/plain; charset=utf-8';
const HEALTH_OF_STATUS = {Up: 200, Initializing: 206, Down: 503} as const;

/** Answers a request of the metrics port. @param url as it came: path and query */
export type Routes = (url: string) => Promise<RouteAnswer>;

export function createRoutes(deps: {
  view: () => OperatorView;
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  version: string;
  next: RenderNext;
}): Routes {
  const {view, metrics, version, next} = deps;

  function ready(): RouteAnswer {
    const causes = notReadyCauses(view()).map((cause) => ({...cause, next: next(cause.next)}));
    const isReady = causes.length === 0;
    return json(isReady ? 200 : 503, {ready: isReady, causes});
  }

  function eigen(path: string, query: URLSearchParams): RouteAnswer {
    const wanted = query.get('version');
    if (wanted !== null && wanted !== SPEC_VERSION) return json(404, {message: 'API version not found'});
    if (path === '') return json(200, {node_name: 'aos', spec_version: SPEC_VERSION, node_version: version});
    if (path === '/health') return empty(HEALTH_STATUS[nodeHealth(view())]);
    const all = services(view());
    if (path === '/services') return json(200, {services: all});
    const [, id] = /^\/services\/([\w-]+)\/health$/.exec(path) ?? [];
    const service = all.find((one) => one.id === id);
    return service === undefined ? empty(404) : empty(HEALTH_OF_STATUS[service.status]);
  }

  return async (url) => {
    // Not resolved against a base: `//` would be a URL without a host.
    const asked = url.startsWith('/') ? `http://node${url}` : url;
    const {pathname, searchParams} = new URL(URL.canParse(asked) ? asked : 'http://node/');
    if (pathname === '/metrics') return {status: 200, type: metrics.contentType, body: await metrics.text()};
    if (pathname === '/livez') return {status: 200, type: TEXT, body: 'ok\n'};
    if (pathname === '/readyz') return ready();
    if (pathname === '/eigen/node' || pathname.startsWith('/eigen/node/'))
      return eigen(pathname.slice('/eigen/node'.length), searchParams);
    return {
      status: 404,
      type: TEXT,
      body: 'There are /metrics, /livez, /readyz, /eigen/node, /eigen/node/health and /eigen/node/services.\n',
    };
  };
}

function json(status: number, body: unknown): RouteAnswer {
  return {status, type: JSON_TYPE, body: `${JSON.stringify(body)}\n`};
}

const empty = (status: number): RouteAnswer => ({status, type: '', body: ''});
