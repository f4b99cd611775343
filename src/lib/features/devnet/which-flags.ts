import {Flags} from '@oclif/core';
import type {DevnetFile} from '../../config/devnet-file.ts';
import {aosDirs} from '../../config/paths.ts';
import {chooseDevnet} from '../../config/running-devnets.ts';

/** The flag of every command that does something to a running devnet. */
export const devnetFlag = {
  devnet: Flags.integer({
    summary: 'Process id of the devnet, where several run.',
    min: 1,
    helpValue: 'PID',
  }),
};

/**
 * The devnet that a command is for: never one of several by chance.
 * @throws AosError DEVNET_NOT_RUNNING | DEVNET_AMBIGUOUS
 */
export function devnetOf({devnet}: {devnet?: number | undefined}): DevnetFile {
  return chooseDevnet(aosDirs(process.env), devnet ?? null);
}
