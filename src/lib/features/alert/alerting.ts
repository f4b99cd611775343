import {hostname} from 'node:os';
import {renderNext} from '../../cli/next-step.ts';
import {CHANNEL_NAMES, type AlertChannel, type ChannelName, type Config} from '../../config/config.ts';
import {FIELDS} from '../../config/schema.ts';
import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Code} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {readAlertSecret} from '../../keys/alert-secret.ts';
import {createAlerts, type Alerts} from '../../node/alerts/alerts.ts';
import {watchMute} from '../../node/alerts/mute-watch.ts';
import {readMute} from '../../node/alerts/mute.ts';
import {alertPayload, type AlertSender} from '../../node/alerts/payload.ts';
import {createWatchdogCalls} from '../../node/alerts/watchdog.ts';
import type {Emit} from '../../node/events/events.ts';
import type {Notes} from '../../node/journal/journal.ts';
import type {Channel} from '../../peers/alert/notice.ts';
import {createWatchdog} from '../../peers/alert/watchdog.ts';
import {openChannel, secretOf} from './channels.ts';

/** Name of the journal's durable note: alerts that were sent and have not ended. Each channel but the webhook has its own. */
const ALERTS_NOTE = 'chain-alerts';
/** How often it is looked whether a watchdog was configured meanwhile. */
const NO_WATCHDOG_MS = 60_000;

type AlertConfig = Pick<Config, 'alerts' | 'network' | 'node'> & {store: Pick<Config['store'], 'dir'>};
type Options = {version: string; emit: Emit; time: Time; journal: Notes};
/** What the channels share; `config` is the newest. */
type Shared = Options & {config: () => AlertConfig; mutedUntil: () => number};

/** A channel whose secret cannot be read. */
export type AlertWarning = {code: Code; message: string; next: NextStep};
type Warn = (warning: AlertWarning) => void;

/** Alerts of a running operator, whose channels may change; without one nothing is sent. */
export type LiveAlerts = Alerts & {
  /** Of the start, for events that come once there is an operator. */
  readonly warnings: readonly AlertWarning[];
  takeOver(config: AlertConfig): void;
};

/**
 * Alerts of a running operator. Each channel has its own queue, so that one that hangs holds up no other; what is known of
 * problems stays when its configuration changes. A secret that cannot be read is a warning, not the end of the start: a node
 * that is offline for it costs more.
 */
export function startAlerts(config: AlertConfig, options: Options): LiveAlerts {
  let now = config;
  const mutedUntil = (): number => readMute(now.store.dir, options.time.now())?.until ?? 0;
  const shared: Shared = {...options, config: () => now, mutedUntil};
  const slots = CHANNEL_NAMES.map((name) => createSlot(name, shared));
  const watchdog = startWatchdog(shared);
  const mute = watchMute(shared);

  const warnings: AlertWarning[] = [];

  function configure(warn: Warn): void {
    for (const slot of slots) slot.configure(warn);
    watchdog.configure(warn);
  }

  configure((warning) => warnings.push(warning));
  return {
    warnings,
    onEvent(event) {
      for (const slot of slots) slot.onEvent(event);
      watchdog.onEvent(event);
      mute.onEvent(event);
    },
    takeOver(next) {
      now = next;
      configure((warning) => options.emit({type: 'warning', ...warning}));
    },
    async close() {
      mute.close();
      await Promise.all([...slots, watchdog].map((part) => part.close()));
    },
  };
}

/** A channel of a running operator, or the place of one; `configure` takes what the newest configuration says of it. */
type Slot = Alerts & {configure(warn: Warn): void};

function createSlot(name: ChannelName, shared: Shared): Slot {
  const {config, time, emit, journal, version, mutedUntil} = shared;
  let current: {configured: AlertChannel; channel: Channel} | null = null;
  /** Null while the channel was never configured. */
  let alerts: Alerts | null = null;
  const replaced: Channel[] = [];

  function begin(): Alerts {
    return createAlerts({
      time,
      get delayMs() {
        return config().alerts.delayMs;
      },
      get least() {
        return current?.configured.minSeverity ?? 'warning';
      },
      mutedUntil,
      emit,
      kept: keptIn(journal, noteOf(name)),
      send: async (alert, signal) => {
        // Taken away meanwhile: no one wants to hear it.
        if (current === null) return;
        await current.channel.send(alertPayload(alert, senderOf(config(), version), renderNext), signal);
      },
    });
  }

  return {
    configure(warn) {
      const configured = config().alerts.channels.find((one) => one.name === name) ?? null;
      if (current !== null) replaced.push(current.channel);
      current = configured === null ? null : {configured, channel: openChannel(configured)};
      if (configured === null) return;
      warnOfSecret(secretOf(configured), warn);
      alerts ??= begin();
    },
    onEvent: (event) => alerts?.onEvent(event),
    async close() {
      await alerts?.close();
      for (const one of [...replaced, current?.channel]) await one?.close();
    },
  };
}

/** It sees every event also while none is configured: one that a reload brings must not be called for a node that is ill. */
function startWatchdog({config, emit, time, mutedUntil}: Shared): Slot {
  const configured = (): Config['alerts']['watchdog'] => config().alerts.watchdog;
  const url = (): string => readAlertSecret(configured()?.urlFile ?? '', FIELDS.watchdogUrlFile.path, 'url');
  const peer = createWatchdog(url, {time: systemTime, random: Math.random}); // jitter only
  const calls = createWatchdogCalls({
    time,
    get intervalMs() {
      return configured()?.intervalMs ?? NO_WATCHDOG_MS;
    },
    get delayMs() {
      return config().alerts.delayMs;
    },
    mutedUntil,
    emit,
    ping: async (signal) => {
      if (configured() !== null) await peer.ping(signal);
    },
  });
  return {
    configure: (warn) => warnOfSecret(configured() === null ? null : url, warn),
    onEvent: calls.onEvent,
    async close() {
      calls.close();
      await peer.close();
    },
  };
}

/** Said at the start: at the first alert it would be late. */
function warnOfSecret(secret: (() => string) | null, warn: Warn): void {
  try {
    secret?.();
  } catch (error) {
    if (!isAosError(error)) throw error;
    const {code, next} = error;
    warn({code, next, message: `no alert can go out this way: ${errorText(error)}`});
  }
}

function noteOf(channel: ChannelName): string {
  return channel === 'webhook' ? ALERTS_NOTE : `${ALERTS_NOTE}:${channel}`;
}

function keptIn(journal: Notes, note: string) {
  return {
    recall: () => journal.recall(note),
    remember: (text: string) => {
      journal.remember(note, text).catch(() => undefined); // the operator reports a journal that does not work
    },
  };
}

/** The node that alerts are about. */
export function senderOf({node, network}: Pick<Config, 'node' | 'network'>, version: string): AlertSender {
  return {nodeId: node.id, network, host: hostname(), version};
}
