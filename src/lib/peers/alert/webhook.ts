import {createPoster, type PosterOptions} from '../http/poster.ts';

/** Sends JSON to a webhook. Its URL is a secret: errors name only scheme and host. */
export type Webhook = {
  /**
   * Posts one body, in at most four attempts with growing pauses.
   * @returns the HTTP status, 2xx
   * @throws AosError ALERT_UNREACHABLE | ALERT_REFUSED, or the signal's reason
   */
  post(body: object, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
};

/** @param url http(s), checked by the configuration */
export function createWebhook(
  url: string,
  options: Omit<PosterOptions, 'name' | 'setting' | 'judge'>,
): Webhook {
  const poster = createPoster({...options, name: 'the webhook', setting: 'alerts.webhook_url'});
  return {
    async post(body, signal) {
      const {status} = await poster.send(url, body, signal);
      return status;
    },
    close: () => poster.close(),
  };
}
