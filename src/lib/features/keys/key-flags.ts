import {Flags} from '@oclif/core';
import {pathFlag} from '../../cli/flags.ts';
import {userPath} from '../../config/user-path.ts';

/** Which keystore a command works on. */
const keyFileFlag = {
  file: pathFlag({
    char: 'f',
    summary: 'The keystore; node.bls_key_file of the configuration names it for aos register.',
    default: 'bls.json',
  }),
};

/** Flags of commands that make a keystore. */
export const newKeyFlags = {
  ...keyFileFlag,
  force: Flags.boolean({summary: 'Replace a keystore that is there; the old one is kept as FILE.bak.'}),
};

/** The path of `--file` or another flag, absolute. */
export function keyPath(value: string, flag = '--file'): string {
  return userPath(value, process.cwd(), process.env, flag);
}
