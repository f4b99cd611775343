import {Counter, type Registry} from 'prom-client';
import type {LivenessFacts, OperatorEvent} from '../../node/events/events.ts';

/** What an outage is due to. */
const CAUSES = ['process-down', 'network-down', 'not-probed'] as const;

/** Counts what happens between this node and the network. @returns takes every event; never throws, never waits */
export function networkMetrics(registry: Registry): (event: OperatorEvent) => void {
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []): Counter<T> =>
    new Counter({name, help, labelNames: [...labelNames], registers: [registry]});
  const connects = counter('aos_dispatcher_connects_total', 'Connections to the dispatcher in this run.');
  const disconnects = counter(
    'aos_dispatcher_disconnects_total',
    'Connections that ended or failed; refused: the dispatcher said no.',
    ['how'],
  );
  const probes = counter('aos_probes_total', 'Probes of the network that were answered in this run.', [
    'via',
  ]);
  const outages = counter(
    'aos_outages_total',
    'Outages that began in this run, by their cause as last known.',
    ['cause'],
  );
  const rejected = raised(
    counter('aos_messages_rejected_total', 'Frames of the dispatcher, or jobs of them, not acted on.'),
  );
  const callbacks = raised(counter('aos_callbacks_refused_total', 'Callbacks of workers that were refused.'));
  const connections = counter(
    'aos_connections_refused_total',
    'Connections to the port of /ping that were refused.',
  );
  const warnings = counter('aos_warnings_total', 'Warnings by their code (aos explain CODE).', ['code']);
  const hashes = counter('aos_hash_mismatches_total', 'Frames whose hash is not that of their content.');
  for (const via of ['http', 'websocket'] as const) probes.inc({via}, 0);
  for (const how of ['lost', 'refused'] as const) disconnects.inc({how}, 0);
  for (const cause of CAUSES) outages.inc({cause}, 0);
  /** The start of the newest outage that is counted, Unix ms; null before the first reading. */
  let newest: number | null = null;

  function seeOutages({outages: known}: Pick<LivenessFacts, 'outages'>): void {
    const latest = known.reduce((most, {start}) => Math.max(most, start), 0);
    // Those before the first reading were of earlier runs.
    if (newest !== null) for (const {start, cause} of known) if (start > newest) outages.inc({cause});
    newest = Math.max(newest ?? 0, latest);
  }

  return (event) => {
    switch (event.type) {
      case 'connected':
        connects.inc();
        return;
      case 'disconnected':
        disconnects.inc({how: event.refusal === undefined ? 'lost' : 'refused'});
        return;
      case 'probe_answered':
        probes.inc({via: event.via});
        return;
      case 'liveness':
        seeOutages(event);
        return;
      case 'frame_rejected':
        rejected.raise(event.count);
        return;
      case 'callback_refused':
        callbacks.raise(event.count);
        return;
      case 'connections_refused':
        connections.inc(event.count);
        return;
      case 'hash_mismatch':
        hashes.inc();
        return;
      case 'warning':
        warnings.inc({code: event.code});
        return;
      default:
        return;
    }
  };
}

/** A counter whose events have the count so far: a flood has fewer events than it counts. */
function raised(counter: Counter): {raise(to: number): void} {
  let counted = 0;
  return {
    raise(to) {
      if (to <= counted) return;
      counter.inc(to - counted);
      counted = to;
    },
  };
}
