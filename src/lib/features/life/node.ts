import {findConfig} from '../../config/file.ts';
import {problemsError} from '../../config/load.ts';
import {noConfiguration} from '../../config/no-configuration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {ControlClient} from '../../node/control/client.ts';
import {connectAny, connectHere, type Asking} from '../../node/presence/here.ts';

/** The node that a command is about: of the configuration, else the only one that runs. */
export type NodeTarget = {
  /** Null: no configuration was found. */
  config: UsableConfig | null;
  /** Of that configuration; null: none, or variables alone. */
  file: string | null;
  /** Connects to its operator. @throws AosError CONTROL_* | OPERATOR_HANGS */
  connect(signal?: AbortSignal): Promise<ControlClient>;
};

const TIMEOUT_MS = 2_000;

/**
 * Finds the node. A configuration with mistakes is enough: an operator that runs can be stopped whatever its file says now.
 * @throws AosError CONFIG_* when the file that was named cannot be read | CONTROL_* where none is configured and none runs
 */
export async function findNode(flag: string | undefined, note: (line: string) => void): Promise<NodeTarget> {
  const {env} = process;
  const cwd = process.cwd();
  const asking = (signal?: AbortSignal): Asking => ({
    env,
    uid: process.getuid?.() ?? 0,
    timeoutMs: TIMEOUT_MS,
    time: systemTime,
    ...(signal === undefined ? {} : {signal}),
  });
  const found = findConfig({flag, env, cwd});
  const config = usableConfig({file: found?.path ?? null, env, cwd});
  if (found !== null && isAosError(config.error, 'CONFIG_MISSING', 'CONFIG_UNREADABLE')) throw config.error;
  const {network, nodeId, storeDir} = config;
  if (nodeId !== null) {
    if (found !== null) note(`config: ${sanitizeText(found.path)}`);
    return {
      config,
      file: found?.path ?? null,
      connect: (signal) => connectHere({network, nodeId, storeDir}, asking(signal)),
    };
  }
  const first = await connectAny(asking()).catch((error: unknown) => {
    // Nothing runs and nothing is configured: the way begins elsewhere.
    throw isAosError(error, 'CONTROL_ABSENT') ? noConfiguration(env) : error;
  });
  const {hello} = first;
  first.close();
  const node = {network: hello.network, nodeId: hello.nodeId, storeDir: null};
  return {config: null, file: null, connect: (signal) => connectHere(node, asking(signal))};
}

/**
 * Refuses a restart that would end in no operator: the running one is better than none.
 * @throws AosError CONFIG_INVALID and others, as `aos run` would
 */
export function refuseBadStart({config, file}: NodeTarget): void {
  if (config === null) return;
  if (config.error !== null) throw config.error;
  const source = {file, env: process.env, cwd: process.cwd()};
  if (config.problems.length > 0) throw problemsError(source, config.problems);
}

/** The state directory of the node. @throws AosError CONFIG_MISSING where no configuration says it */
export function stateDirOf({config}: NodeTarget): string {
  const dir = config?.storeDir ?? null;
  if (dir !== null) return dir;
  throw new AosError(
    'CONFIG_MISSING',
    'no configuration names the node, so its state directory is not known',
    {
      next: say('Name the configuration of the node: -c FILE'),
    },
  );
}
