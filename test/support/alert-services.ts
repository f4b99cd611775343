import type {IncomingMessage, ServerResponse} from 'node:http';
import {bodyOf, httpServer} from './signer.ts';

/** What a service answers: status, headers and body. */
type Answer = {status: number; body: string; headers?: Record<string, string>};
type Body = Readonly<Record<string, unknown>>;

/** A local service that takes what the real one documents, refuses all else in its words, and can ask to wait. */
export type AlertService = {
  url: string;
  /** Bodies that it took. */
  taken: Body[];
  /** Everything that was asked of it: method and path. */
  asked: string[];
  /** The next requests are over its limit: it asks to wait so many seconds. */
  limit(seconds: number, requests?: number): void;
};

type Rules = {
  /** Judges a request; null: it is taken. */
  refuse(path: string, body: Body): Answer | null;
  took(body: Body): Answer;
  limited(seconds: number): Answer;
};

async function service(rules: Rules): Promise<AlertService> {
  const taken: Body[] = [];
  const asked: string[] = [];
  let over = {seconds: 0, requests: 0};
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    asked.push(`${request.method} ${request.url}`);
    const text = await bodyOf(request);
    if (over.requests > 0) {
      over = {...over, requests: over.requests - 1};
      return rules.limited(over.seconds);
    }
    if (request.method !== 'POST') return {status: 405, body: 'method not allowed'};
    if (request.headers['content-type'] !== 'application/json') return {status: 400, body: 'invalid_payload'};
    const body = JSON.parse(text) as Body;
    const refusal = rules.refuse(request.url ?? '', body);
    if (refusal !== null) return refusal;
    taken.push(body);
    return rules.took(body);
  };
  const url = await httpServer((request, response: ServerResponse) => {
    void answer(request).then(({status, body, headers = {}}) =>
      response.writeHead(status, headers).end(body),
    );
  });
  return {
    url,
    taken,
    asked,
    limit(seconds, requests = 1) {
      over = {seconds, requests};
    },
  };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  body: JSON.stringify(body),
  headers: {'content-type': 'application/json', ...headers},
});
const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

/** docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, docs.slack.dev/apis/web-api/rate-limits */
export function slackService(path: string): Promise<AlertService> {
  return service({
    refuse(asked, {text}) {
      if (asked !== path) return {status: 404, body: 'no_service'};
      if (!isText(text, 40_000)) return {status: 400, body: 'no_text'};
      if (/[<>]|&(?!amp;|lt;|gt;)/.test(text)) return {status: 400, body: 'invalid_payload'};
      return null;
    },
    took: () => ({status: 200, body: 'ok'}),
    limited: (seconds) => ({status: 429, body: 'rate_limited', headers: {'retry-after': String(seconds)}}),
  });
}

/** discord.com/developers/docs/resources/webhook#execute-webhook, discord.com/developers/docs/topics/rate-limits */
export function discordService(path: string): Promise<AlertService> {
  return service({
    refuse(asked, {content, allowed_mentions: mentions}) {
      if (asked !== path) return json(404, {message: 'Unknown Webhook', code: 10_015});
      if (content === '') return json(400, {message: 'Cannot send an empty message', code: 50_006});
      if (!isText(content, 2_000)) return json(400, {message: 'Invalid Form Body', code: 50_035});
      if (JSON.stringify(mentions) !== '{"parse":[]}')
        return json(400, {message: 'Invalid Form Body', code: 50_035});
      return null;
    },
    took: () => ({status: 204, body: ''}),
    limited: (seconds) =>
      json(
        429,
        {message: 'You are being rate limited.', retry_after: seconds, global: false},
        // The header has whole seconds.
        {'retry-after': String(Math.ceil(seconds))},
      ),
  });
}

/** core.telegram.org/bots/api: making requests, sendMessage, ResponseParameters */
export function telegramService(token: string, chatId: string): Promise<AlertService> {
  const failed = (code: number, description: string, more: object = {}): Answer =>
    json(code, {ok: false, error_code: code, description, ...more});
  return service({
    refuse(asked, body) {
      if (asked !== `/bot${token}/sendMessage`) return failed(401, 'Unauthorized');
      if (body['chat_id'] !== chatId) return failed(400, 'Bad Request: chat not found');
      if (body['text'] === '') return failed(400, 'Bad Request: message text is empty');
      if (!isText(body['text'], 4_096)) return failed(400, 'Bad Request: message is too long');
      return null;
    },
    took: ({text}) => json(200, {ok: true, result: {message_id: 1, text}}),
    limited: (seconds) =>
      failed(429, `Too Many Requests: retry after ${seconds}`, {parameters: {retry_after: seconds}}),
  });
}

export type PagerdutyService = AlertService & {
  /** Open incidents by dedup key: how many triggers each had. */
  open: Map<string, number>;
};

/** developer.pagerduty.com/docs/send-alert-event, /docs/events-api-v2-overview (deduplication, response codes) */
export async function pagerdutyService(routingKey: string): Promise<PagerdutyService> {
  const open = new Map<string, number>();
  const refusal = (errors: string[]): Answer =>
    json(400, {status: 'invalid event', message: 'Event object is invalid', errors});
  const one = await service({
    refuse(asked, body) {
      if (asked !== '/v2/enqueue') return {status: 404, body: 'Not Found'};
      const {routing_key: key, event_action: action, dedup_key: dedup, payload} = body;
      if (!isText(key, 32) || key.length !== 32)
        return refusal(["Length of 'routing_key' is incorrect (should be 32 characters)"]);
      if (key !== routingKey) return refusal(['Invalid routing key']);
      if (dedup !== undefined && !isText(dedup, 255)) return refusal(["'dedup_key' is too long"]);
      if (action === 'resolve')
        return dedup === undefined ? refusal(["'dedup_key' is missing or blank"]) : null;
      if (action !== 'trigger') return refusal(["'event_action' is invalid"]);
      const {summary, source, severity, timestamp} = (payload ?? {}) as Body;
      if (!isText(summary, 1_024)) return refusal(["'payload.summary' is missing, blank or too long"]);
      if (!isText(source, 1_024)) return refusal(["'payload.source' is missing or blank"]);
      if (!['critical', 'error', 'warning', 'info'].includes(String(severity)))
        return refusal([
          "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
        ]);
      if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp)))
        return refusal(["'payload.timestamp' is invalid"]);
      return null;
    },
    took(body) {
      const dedup = String(body['dedup_key']);
      if (body['event_action'] === 'resolve') open.delete(dedup);
      else open.set(dedup, (open.get(dedup) ?? 0) + 1);
      return json(202, {status: 'success', message: 'Event processed', dedup_key: dedup});
    },
    limited: () => ({status: 429, body: 'Too many requests'}),
  });
  return {...one, open};
}
