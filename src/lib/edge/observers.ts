import {hostname} from 'node:os';
import type {Config} from '../config/config.ts';
import {controlDirs, controlFile} from '../config/control-paths.ts';
import {isAosError} from '../errors.ts';
import {createLivenessRecorder, type LivenessStore} from '../liveness/recorder.ts';
import {ALIVE_EVERY_MS} from '../liveness/spans.ts';
import {startControl, type Control} from '../operator/control.ts';
import type {OperatorEvent} from '../operator/events.ts';
import {systemTime} from '../system-time.ts';

/** What looks at a run beside its log: the liveness record and the control socket. */
export type Observers = {
  /** Never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** What could not be started; the operator works without it. */
  warnings: readonly {code: string; message: string}[];
  close(): Promise<void>;
};

/** @throws AosError JOURNAL_UNREADABLE */
export async function startObservers(
  config: Config,
  {journal, version}: {journal: {liveness: LivenessStore}; version: string},
): Promise<Observers> {
  const recorder = createLivenessRecorder(journal.liveness, {
    probeIntervalMs: config.node.heartbeatIntervalMs,
    startedAt: systemTime.now(),
    onTrouble: () => {}, // the operator tells of a journal that does not work, and the marks are kept
  });
  const timer = setInterval(() => recorder.alive(systemTime.now()), ALIVE_EVERY_MS);
  timer.unref();
  const control = await openControl(config, version);
  return {
    onEvent(event) {
      recorder.onEvent(event);
      if ('publish' in control) control.publish(event);
    },
    warnings: 'publish' in control ? [] : [control],
    async close() {
      clearInterval(timer);
      if ('publish' in control) await control.close();
      await recorder.flush();
    },
  };
}

async function openControl(
  config: Config,
  version: string,
): Promise<Control | {code: string; message: string}> {
  const {network, node} = config;
  const [dir = ''] = controlDirs(process.env, process.cwd(), process.getuid?.() ?? 0);
  try {
    return await startControl({
      dir,
      file: controlFile(network, node.id),
      hello: {version, node_id: node.id, network, host: hostname(), pid: process.pid},
      time: systemTime,
    });
  } catch (error) {
    if (!isAosError(error, 'CONTROL_UNAVAILABLE')) throw error;
    return {code: error.code, message: error.message};
  }
}
