import {duration} from '../../foundation/time/duration.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {Alert} from './due.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';

/** The node that sends an alert. */
export type AlertSender = {nodeId: string; network: string; host: string; version: string};

/** The body of a request to a webhook. */
export type AlertPayload = {
  schema: 'aos.alert/v1';
  key: string;
  state: Alert['state'];
  subject: Alert['subject'];
  severity: Alert['severity'];
  code: string;
  message: string;
  next: string;
  /** RFC 3339. */
  since: string;
  at: string;
  afterMs: number | null;
  nodeId: string;
  network: string;
  host: string;
  version: string;
  text: string;
  content: string;
};

/**
 * Returns the body of the request to a webhook (docs/alerts.md). `text` is the alert as one line, which chat services
 * show; `content` repeats it for services that read that name.
 */
export function alertPayload(alert: Alert, sender: AlertSender, renderNext: RenderNext): AlertPayload {
  const {key, state, subject, severity, code, since, at, afterMs} = alert;
  const message = safeText(alert.message);
  const next = alert.next === null ? '' : safeText(renderNext(alert.next));
  const text = forChat(alertText({...alert, message, next}, sender));
  return {
    schema: 'aos.alert/v1',
    key,
    state,
    subject,
    severity,
    code,
    message,
    next,
    since: isoTime(since),
    at: isoTime(at),
    afterMs,
    nodeId: sender.nodeId,
    network: sender.network,
    host: sender.host,
    version: sender.version,
    text,
    content: text,
  };
}

/** Disarms outside text for a chat: job ids and answers of peers must neither notify a channel nor look like a link. */
function forChat(text: string): string {
  return text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll(/@(?=(?:everyone|here|channel)\b)/gi, '@ ');
}

const WORDS: Readonly<Record<Alert['state'], string>> = {
  problem: 'PROBLEM',
  reminder: 'STILL FAILING',
  recovered: 'RECOVERED',
  test: 'TEST',
};

/** Formats an alert as one line for people. */
function alertText(
  {state, subject, message, code, next, afterMs, since, at}: Omit<Alert, 'next'> & {next: string},
  sender: AlertSender,
): string {
  const lasted = afterMs ?? at - since;
  const after = state === 'recovered' || state === 'reminder' ? ` after ${duration(lasted)}` : '';
  const todo = next === '' ? '' : ` → ${next}`;
  const who = `${sender.nodeId} on ${sender.network} (${sender.host})`;
  return `aos ${WORDS[state]}: ${subject === 'test' ? '' : `${subject}: `}${message}${after} (${code})${todo} · ${who}`;
}
