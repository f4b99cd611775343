import {startDevnet, type DevnetOptions} from '../../../devnet/devnet.ts';
import {aosDirs} from '../../config/paths.ts';
import {devnetFolders} from '../../config/running-devnets.ts';
import type {DevnetOutput} from './output.ts';

/**
 * Starts a devnet in the state directory of this user, and reports what happens on it.
 * @returns closes it
 * @throws AosError DEVNET_FAILED | ANVIL_* | PORT_IN_USE | STATE_DIR_UNWRITABLE
 */
export async function runDevnet(
  output: DevnetOutput,
  options: Omit<DevnetOptions, 'dir' | 'file' | 'on'>,
): Promise<() => Promise<void>> {
  const dirs = aosDirs(process.env);
  const devnet = await startDevnet({
    ...options,
    dir: devnetFolders(dirs),
    file: dirs.devnetFile,
    on: output.onEvent,
  });
  output.ready(devnet);
  return () => devnet.close();
}
