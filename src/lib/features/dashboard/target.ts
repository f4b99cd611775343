import {noConfiguration} from '../../config/no-configuration.ts';
import {findConfig} from '../../config/file.ts';
import {connectControl, type ControlClient} from '../../node/control/client.ts';
import {connectAny, connectHere, type Asking} from '../../node/presence/here.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {configForCommand} from '../../cli/load-config.ts';

/** The operator of a dashboard: its open connection or null, and how to connect again. */
export type DashTarget = {
  first: ControlClient | null;
  connect: (signal: AbortSignal) => Promise<ControlClient>;
};

const TIMEOUT_MS = 2_000;
/** The pause between two reads in ms: too short to see, long enough to collect events. */
const REST_MS = 50;

/**
 * Finds the operator of the socket, else of the configuration, else the only one that runs. With a socket or a
 * configuration, the operator need not run yet.
 * @throws AosError CONTROL_ABSENT, CONTROL_AMBIGUOUS, CONTROL_VERSION, CONFIG_*
 */
export async function dashTarget(
  {socket, config}: {socket?: string | undefined; config?: string | undefined},
  note: (line: string) => void,
): Promise<DashTarget> {
  const {env} = process;
  const cwd = process.cwd();
  const search = (signal?: AbortSignal): Asking => ({
    env,
    uid: process.getuid?.() ?? 0,
    timeoutMs: TIMEOUT_MS,
    time: systemTime,
    restMs: REST_MS,
    ...(signal === undefined ? {} : {signal}),
  });
  if (socket !== undefined) return ready((signal) => connectControl(socket, search(signal)));
  const named = findConfig({flag: config, env, cwd}) !== null;
  if (!named) {
    const first = await connectAny(search()).catch((error: unknown) => {
      // Nothing runs and nothing is configured: the way begins elsewhere.
      throw isAosError(error, 'CONTROL_ABSENT') ? noConfiguration(env) : error;
    });
    const {network, nodeId} = first.hello;
    return {first, connect: (signal) => connectHere({network, nodeId, storeDir: null}, search(signal))};
  }
  const {network, node, store} = configForCommand(config, 'run', note).config;
  const local = {network, nodeId: node.id, storeDir: store.dir};
  return ready((signal) => connectHere(local, search(signal)));
}

async function ready(connect: DashTarget['connect']): Promise<DashTarget> {
  try {
    return {first: await connect(new AbortController().signal), connect};
  } catch (error) {
    if (isAosError(error, 'CONTROL_ABSENT')) return {first: null, connect};
    throw error;
  }
}
