import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';
import type {Config} from '../../config/config.ts';
import {controlDirs, controlFile} from '../../config/control-paths.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {createLivenessRecorder} from '../../node/liveness/recorder.ts';
import {ALIVE_EVERY_MS} from '../../node/liveness/spans.ts';
import {createSourceRecord, SOURCES_NOTE} from '../../node/liveness/sources.ts';
import {watchLiveness} from '../../node/liveness/watch.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import {startAlerts} from '../alert/alerting.ts';
import type {CarryOut} from '../../node/control/reader.ts';
import {startControl, type Control} from '../../node/control/server.ts';
import type {Emit, OperatorEvent} from '../../node/events/events.ts';
import type {RpcWatch} from '../../peers/chain/rpc/watch.ts';
import {startMetrics} from '../metrics/start.ts';
import {journalDisk} from './journal-disk.ts';
import {keepView} from './kept-view.ts';
import {createVerdictWatch} from './verdict-watch.ts';
import {isoTime, type Time} from '../../foundation/time/time.ts';
import type {Code} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

/** What looks at a run beside its log: the liveness record, the control socket, alerts and metrics. */
export type Observers = {
  /** Never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Path of the control socket; null when there is none. */
  socket: string | null;
  /** Where metrics are served; null: nowhere. */
  metricsUrl: string | null;
  /** Sees the requests to the chain. */
  rpcWatch: RpcWatch;
  /** What could not be started; the operator works without it. */
  warnings: readonly {code: Code; message: string; next?: NextStep}[];
  /** Alerts go where this configuration says, from now on, and metrics name its RPCs. */
  takeOver(config: Config): void;
  close(): Promise<void>;
};

/** Name of the journal's durable note: start of the outage that was reported and has not ended, Unix ms; else ''. */
const OUTAGE_NOTE = 'open-outage';

/**
 * @param options.emit the operator's event stream
 * @throws AosError JOURNAL_UNREADABLE
 */
export async function startObservers(
  config: Config,
  options: {
    journal: Pick<NodeJournal, 'liveness' | 'read' | 'remember' | 'recall' | 'openByKind' | 'queued'>;
    version: string;
    /** The operator's own: all of them have to agree on the time of day. */
    time: Time;
    emit: Emit;
    carryOut: CarryOut;
    /** The absolute path of the configuration file; null: none. */
    configFile: string | null;
  },
): Promise<Observers> {
  const {journal, emit, time} = options;
  const recorder = createLivenessRecorder(journal.liveness, {
    probeIntervalMs: config.node.heartbeatIntervalMs,
    startedAt: time.now(),
    onWriteError: () => {}, // the operator reports a journal that does not work, and the marks are kept
  });
  const sources = createSourceRecord(journal.recall(SOURCES_NOTE) ?? '', (text) => {
    journal.remember(SOURCES_NOTE, text).catch(() => undefined); // the operator reports a journal that does not work
  });
  const timer = setInterval(() => recorder.alive(time.now()), ALIVE_EVERY_MS);
  timer.unref();
  const outage = (event: 'outage_started' | 'outage_ended', start: number): void => {
    const note = event === 'outage_started' ? String(start) : '';
    const reading = {event, ref: isoTime(start), merge: null};
    // One transaction. The operator reports a journal that does not work.
    Promise.all([journal.read(reading, time.now()), journal.remember(OUTAGE_NOTE, note)]).catch(
      () => undefined,
    );
  };
  const liveness = watchLiveness({
    record: (now) => ({...recorder.record(now), sources: sources.facts(now)}),
    probeIntervalMs: config.node.heartbeatIntervalMs,
    allowanceMs: config.policy.offlineGraceMs,
    time,
    onFacts: (facts) => emit({type: 'liveness', ...facts}),
    onOutage: ({start}) => outage('outage_started', start),
    onOutageEnd: (start) => outage('outage_ended', start),
    open: Number(journal.recall(OUTAGE_NOTE) ?? '') || null,
  });
  const alerts = startAlerts(config, {version: options.version, emit, time, journal});
  const control = await openControl(config, options);
  // The control socket keeps the view; where there is none it is kept here.
  const shown = 'publish' in control ? control : keepView();
  const {view} = shown;
  const verdict = createVerdictWatch({view, emit});
  const metrics = await startMetrics(config, {
    view,
    journal,
    disk: journalDisk(config.store.dir),
    version: options.version,
    time,
    emit,
  });
  return {
    onEvent(event) {
      recorder.onEvent(event);
      sources.onEvent(event);
      shown.publish(event);
      metrics.onEvent(event);
      verdict(event);
      // The watch comes last, because its own events follow this one.
      liveness.onEvent(event);
      alerts.onEvent(event);
    },
    socket: 'publish' in control ? control.path : null,
    metricsUrl: metrics.url,
    rpcWatch: metrics.rpcWatch,
    takeOver(next) {
      alerts.takeOver(next);
      metrics.takeOver(next);
    },
    warnings: [...('publish' in control ? [] : [control]), ...metrics.warnings, ...alerts.warnings],
    async close() {
      clearInterval(timer);
      liveness.stop();
      if ('publish' in control) await control.close();
      await metrics.close();
      // Not waited for: its marks are on their way, and the journal brings them to the disk when it is closed, or cannot.
      void recorder.flush();
      await alerts.close();
    },
  };
}

async function openControl(
  config: Config,
  {
    version,
    carryOut,
    time,
    configFile,
  }: {version: string; carryOut: CarryOut; time: Time; configFile: string | null},
): Promise<Control | {code: Code; message: string}> {
  const {network, node, store} = config;
  const [dir = ''] = controlDirs(process.env, process.getuid?.() ?? 0);
  try {
    return await startControl({
      dir,
      file: controlFile(network, node.id),
      beside: {dir: store.dir, id: randomBytes(16).toString('hex')},
      hello: {version, nodeId: node.id, network, host: hostname(), pid: process.pid, config: configFile},
      time,
      carryOut,
    });
  } catch (error) {
    if (!isAosError(error, 'CONTROL_UNAVAILABLE')) throw error;
    return {code: error.code, message: error.message};
  }
}
