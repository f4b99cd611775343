import {createPoster, type PosterOptions} from '../http/poster.ts';

/** A dead man's switch: a service that raises an alarm when it is not called any more. */
export type Watchdog = {
  /** Calls it once. @throws AosError ALERT_UNREACHABLE | ALERT_REFUSED | ALERT_SECRET_* | KEY_UNSAFE, or the signal's reason */
  ping(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** @param url reads the secret */
export function createWatchdog(
  url: () => string,
  deps: Omit<PosterOptions, 'name' | 'setting' | 'judge'>,
): Watchdog {
  const poster = createPoster({
    ...deps,
    name: 'the watchdog',
    setting: 'the file of alerts.watchdog.url_file',
  });
  return {
    async ping(signal) {
      await poster.send(url(), null, signal);
    },
    close: () => poster.close(),
  };
}
