import {createHash} from 'node:crypto';
import {run} from '../../foundation/next-step/next-step.ts';
import {originOf} from '../http/other-scheme.ts';
import {createPoster, judgeStatus, type PosterOptions, type Reply, type Verdict} from '../http/poster.ts';
import {fit} from './fit.ts';
import type {Channel, Notice} from './notice.ts';
import {replyRecord, textOf} from './reply-json.ts';

type Deps = Omit<PosterOptions, 'name' | 'setting' | 'judge'>;

/** Characters of `payload.summary` and of `dedup_key` (developer.pagerduty.com/docs/send-alert-event). */
const MOST_SUMMARY = 1_024;
const MOST_KEY = 255;

/**
 * The Events API v2 of PagerDuty: all alerts of one matter are one incident there, which its recovery resolves.
 * @param routingKey reads the secret
 * @param url of the API, such as that of the region
 */
export function createPagerduty(routingKey: () => string, url: string, deps: Deps): Channel {
  const poster = createPoster({...deps, name: 'PagerDuty', setting: 'alerts.pagerduty.url', judge});
  return {
    async send(notice, signal) {
      const routing = {routing_key: routingKey(), dedup_key: dedupKey(notice)};
      const resolve = {...routing, event_action: 'resolve'};
      if (notice.state === 'recovered') {
        const {status} = await poster.send(url, resolve, signal, routing.routing_key);
        return {place: originOf(url), status, note: 'resolved'};
      }
      const {status} = await poster.send(url, trigger(routing, notice), signal, routing.routing_key);
      // A test leaves no open incident behind.
      if (notice.state === 'test') await poster.send(url, resolve, signal, routing.routing_key);
      return {
        place: originOf(url),
        status,
        note: notice.state === 'test' ? 'triggered and resolved' : null,
      };
    },
    close: () => poster.close(),
  };
}

function trigger(routing: {routing_key: string; dedup_key: string}, notice: Notice): object {
  const {text, host, severity, at, subject, code, network, nodeId, message, next, since, version} = notice;
  return {
    ...routing,
    event_action: 'trigger',
    client: 'aos',
    payload: {
      summary: fit(text, MOST_SUMMARY),
      source: host === '' ? nodeId : host,
      severity,
      timestamp: at,
      component: subject,
      group: network,
      class: code,
      custom_details: {message, next, since, node_id: nodeId, network, version},
    },
  };
}

/** The same for each alert of one matter of one node, over restarts too. */
function dedupKey({network, nodeId, key}: Notice): string {
  const whole = `aos/${network}/${nodeId}/${key}`;
  return whole.length <= MOST_KEY ? whole : `aos/${createHash('sha256').update(whole).digest('hex')}`;
}

/** 202 with `{"status": "success"}`; a refusal is `{"status": "invalid event", "message": …, "errors": […]}`. */
function judge(reply: Reply): Verdict {
  const record = replyRecord(reply.text);
  const errors = record?.['errors'];
  const said = Array.isArray(errors) ? errors.filter((one) => typeof one === 'string').join('; ') : '';
  const verdict = judgeStatus(reply, said === '' ? textOf(record, 'message') : said);
  const next = run(
    'alert test',
    ['--channel', 'pagerduty'],
    'Take the integration key of an Events API v2 integration, put it into the file of alerts.pagerduty.key_file, then',
  );
  if (verdict.kind === 'refused') return {...verdict, next};
  // A page of something else that answers 200 is no delivery.
  return verdict.kind === 'later' || textOf(record, 'status') === 'success'
    ? verdict
    : {kind: 'refused', why: 'it is not an answer of PagerDuty', next};
}
