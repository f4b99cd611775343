import type {AlertChannel, Config} from '../../config/config.ts';
import {FIELDS} from '../../config/schema.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {readAlertSecret} from '../../keys/alert-secret.ts';
import {placeOf} from './channels.ts';

/** The place of a channel, or of the watchdog. */
type Place = {name: string; place: () => URL | {host: string; port: number}};

/** Where alerts and the requests of the watchdog go, by name. The places throw what is wrong with their secrets. */
export function alertPlaces(
  channels: readonly AlertChannel[],
  watchdog: Config['alerts']['watchdog'],
): readonly Place[] {
  const {path: setting} = FIELDS.watchdogUrlFile;
  return [
    ...channels.map((channel) => ({name: channel.name, place: () => placeOf(channel)})),
    ...(watchdog === null
      ? []
      : [{name: 'watchdog', place: () => new URL(readAlertSecret(watchdog.urlFile, setting, 'url'))}]),
  ];
}

/**
 * Those that a proxy may lead to, each with its host in its name and as an origin: the rest of its URL is a secret. One whose
 * secret cannot be read is left out, and mail goes through no proxy.
 */
export function alertPeers(
  channels: readonly AlertChannel[],
  watchdog: Config['alerts']['watchdog'],
): {name: string; url: string}[] {
  return alertPlaces(channels, watchdog).flatMap(({name, place}) => {
    const found = placed(place);
    return found instanceof URL ? [{name: `${name} ${found.host}`, url: found.origin}] : [];
  });
}

function placed(place: Place['place']): ReturnType<Place['place']> | null {
  try {
    return place();
  } catch (error) {
    if (!isAosError(error)) throw error;
    return null; // said by the check of the channels
  }
}
