import {findConfig} from '../../config/file.ts';
import {noConfiguration} from '../../config/no-configuration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * The configuration file of a node, as far as it can be used: a node whose file has a mistake is worth a backup too.
 * @throws AosError CONFIG_* without a file, or without a node in it
 */
export function findNodeFile(
  flag: string | undefined,
  note: (line: string) => void,
): {file: string; config: UsableConfig} {
  const {env} = process;
  const cwd = process.cwd();
  const file = findConfig({flag, env, cwd})?.path ?? null;
  if (file === null) throw noConfiguration(env);
  const config = usableConfig({file, env, cwd});
  if (config.error !== null) throw config.error;
  note(`config: ${sanitizeText(file)}`);
  if (config.nodeId === null)
    throw new AosError('CONFIG_INVALID', `${sanitizeText(file)} names no node_id`, {
      next: say('Name the configuration of the node: -c FILE'),
    });
  return {file, config};
}
