import {findConfig} from '../../config/file.ts';
import {problemsError} from '../../config/load.ts';
import {noConfiguration} from '../../config/no-configuration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {Env} from '../../config/user-path.ts';
import type {CommandId} from '../../foundation/next-step/commands.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {ControlHello} from '../../node/control/wire.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {ControlClient} from '../../node/control/client.ts';
import {connectAny, connectHere, type Asking} from '../../node/presence/here.ts';

/** The node that a command is about: that of the configuration. */
export type NodeTarget = {
  config: UsableConfig;
  /** Of that configuration; null: none, or variables alone. */
  file: string | null;
  /** Connects to its operator. @throws AosError CONTROL_* | OPERATOR_HANGS */
  connect(signal?: AbortSignal): Promise<ControlClient>;
};

const TIMEOUT_MS = 2_000;

/**
 * Finds the node of the configuration; one with mistakes is enough: an operator that runs can be stopped whatever its file says
 * now. Without a configuration nothing is guessed, since these commands change what runs: the error names the operator that
 * does, and what to type.
 * @param command of which the next step is
 * @throws AosError CONFIG_* | CONTROL_AMBIGUOUS
 */
export async function findNode(
  command: CommandId,
  flag: string | undefined,
  note: (line: string) => void,
  {env, cwd}: {env: Env; cwd: string} = {env: process.env, cwd: process.cwd()},
): Promise<NodeTarget> {
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
  if (nodeId === null) throw await noNode(command, env, asking());
  if (found !== null) note(`config: ${sanitizeText(found.path)}`);
  return {
    config,
    file: found?.path ?? null,
    connect: (signal) => connectHere({network, nodeId, storeDir}, asking(signal)),
  };
}

/** @throws AosError CONTROL_AMBIGUOUS, where several operators run */
async function noNode(command: CommandId, env: Env, asking: Asking): Promise<AosError> {
  let hello: ControlHello;
  try {
    const client = await connectAny(asking);
    client.close();
    ({hello} = client);
  } catch (error) {
    if (isAosError(error, 'CONTROL_AMBIGUOUS')) throw error;
    return noConfiguration(env); // nothing runs that could be named
  }
  const {nodeId, network, pid, config = null} = hello;
  const who = `${safeText(nodeId)} on ${safeText(network)} (pid ${pid})`;
  return new AosError(
    'CONFIG_MISSING',
    `no configuration names a node, and the operator that runs here, ${who}, is not guessed at`,
    {
      next: config === null ? say('Name its configuration: -c FILE') : run(command, ['-c', config]),
    },
  );
}

/**
 * Refuses a restart that would end in no operator: the running one is better than none.
 * @throws AosError CONFIG_INVALID and others, as `aos run` would
 */
export function refuseBadStart({config, file}: NodeTarget): void {
  if (config.error !== null) throw config.error;
  const source = {file, env: process.env, cwd: process.cwd()};
  if (config.problems.length > 0) throw problemsError(source, config.problems);
}

/** The state directory of the node. @throws AosError CONFIG_MISSING where the configuration does not say it */
export function stateDirOf({config}: NodeTarget): string {
  if (config.storeDir !== null) return config.storeDir;
  throw (
    config.error ??
    new AosError('CONFIG_MISSING', 'the configuration does not say where the state directory is')
  );
}
