import {hostname} from 'node:os';
import {renderNext} from '../../cli/next-step.ts';
import {createAlerts, type Alerts} from '../../node/alerts/alerts.ts';
import {alertPayload} from '../../node/alerts/payload.ts';
import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Emit} from '../../node/events/events.ts';
import type {Notes} from '../../node/journal/journal.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createWebhook, type Webhook} from '../../peers/webhook/webhook.ts';

/** Name of the journal's durable note: alerts about the chain that were sent and have not ended. */
const ALERTS_NOTE = 'chain-alerts';

type AlertConfig = Pick<Config, 'alerts' | 'network' | 'node'>;

/** Alerts of a running operator, whose webhook may change; without one nothing is sent. */
export type LiveAlerts = Alerts & {takeOver(config: AlertConfig): void};

/** Alerts of a running operator. What is known of problems stays when the webhook changes. */
export function startAlerts(
  config: AlertConfig,
  options: {version: string; emit: Emit; time: Time; journal: Notes},
): LiveAlerts {
  let now = config;
  let webhook = webhookOf(config);
  /** Null while no webhook was ever configured. */
  let alerts = webhook === null ? null : begin();
  const replaced: Webhook[] = [];

  function begin(): Alerts {
    return createAlerts({
      time: options.time,
      get delayMs() {
        return now.alerts.delayMs;
      },
      emit: options.emit,
      kept: {
        recall: () => options.journal.recall(ALERTS_NOTE),
        remember: (text) => {
          options.journal.remember(ALERTS_NOTE, text).catch(() => undefined); // the operator reports a journal that does not work
        },
      },
      send: async (alert, signal) => {
        // Taken away meanwhile: no one wants to hear it.
        if (webhook === null) return 204;
        return webhook.post(alertPayload(alert, senderOf(now, options.version), renderNext), signal);
      },
    });
  }

  return {
    onEvent: (event) => alerts?.onEvent(event),
    takeOver(next) {
      if (webhook !== null) replaced.push(webhook);
      now = next;
      webhook = webhookOf(next);
      if (webhook !== null) alerts ??= begin();
    },
    async close() {
      await alerts?.close();
      for (const one of [...replaced, webhook]) await one?.close();
    },
  };
}

/** What came of the alert that was sent for a test. */
export type AlertTest = {
  /** Scheme and host of the webhook; the rest of its URL is a secret. */
  webhook: string;
  /** Its HTTP status, 2xx. */
  status: number;
  tookMs: number;
};

/**
 * Sends one alert as `aos run` would.
 * @throws AosError ALERT_NOT_SET | ALERT_UNREACHABLE | ALERT_REFUSED
 */
export async function sendTestAlert(config: AlertConfig, version: string): Promise<AlertTest> {
  const webhook = webhookOf(config);
  if (webhook === null) throw new AosError('ALERT_NOT_SET', 'alerts.webhook_url is not set');
  const begun = systemTime.monotonic();
  const at = systemTime.now();
  const alert = {
    state: 'test',
    subject: 'test',
    severity: 'info',
    code: 'TEST',
    message: 'a test; alerts of this operator arrive here',
    next: null,
    since: at,
    at,
    afterMs: null,
  } as const;
  try {
    const status = await webhook.post(
      alertPayload(alert, senderOf(config, version), renderNext),
      new AbortController().signal,
    );
    return {webhook: webhook.place, status, tookMs: Math.round(systemTime.monotonic() - begun)};
  } finally {
    await webhook.close();
  }
}

function webhookOf({alerts}: AlertConfig): Webhook | null {
  return alerts.webhook === null
    ? null
    : createWebhook(alerts.webhook(), {time: systemTime, random: Math.random}); // jitter only
}

function senderOf({node, network}: AlertConfig, version: string) {
  return {nodeId: node.id, network, host: hostname(), version};
}
