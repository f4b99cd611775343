import {Flags} from '@oclif/core';
import {pathFlag} from '../../cli/flags.ts';

/** Which VRF key file a command works on. */
const vrfKeyFlags = {
  file: pathFlag({
    char: 'f',
    summary: 'The VRF key file; node.vrf_key_file of the configuration names it for aos run.',
    default: 'vrf.key',
  }),
};

export const newVrfKeyFlags = {
  ...vrfKeyFlags,
  force: Flags.boolean({summary: 'Replace a key that is there; the old one is kept as FILE.bak.'}),
};
