import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../../lib/cli/base-command.ts';
import {canPrompt} from '../../../lib/cli/can-prompt.ts';
import {blsKeyToShow, shownBlsFlag, withoutNewKey} from '../../../lib/features/keys/shown-key.ts';
import {flaggedSource, knownPassword, passwordFlags, passwordSource} from '../../../lib/cli/password-flag.ts';
import {run} from '../../../lib/foundation/next-step/next-step.ts';
import {openKeystore, readKeystore, type BlsKeystore} from '../../../lib/keys/bls-keystore.ts';
import {publicKeys} from '../../../lib/keys/bn254.ts';
import {keyReport, renderKeyReport} from '../../../lib/features/keys/text.ts';

export default class KeysBlsShow extends AosCommand {
  static override summary = 'Show the public key and the operator id of a BLS keystore.';
  static override description = `Without a password it shows the public key that the file contains.
With --check or a password flag it opens the keystore, proves the public key, and shows it in G2 too.
It never shows the private key.`;
  static override examples = [
    '<%= config.bin %> keys bls show --file ./bls.json',
    {
      description: 'Open it, in a script',
      command:
        '<%= config.bin %> keys bls show --password-file ./bls.password --json | jq -r .result.operatorId',
    },
  ];
  static override flags = {
    ...shownBlsFlag,
    ...configFlag,
    check: Flags.boolean({summary: 'Open the keystore with its password.'}),
    ...passwordFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysBlsShow);
    const {env} = process;
    const {file, passwordFile} = blsKeyToShow({...flags, env, cwd: process.cwd()});
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, env, process);
    const open = flags.check || flaggedSource(flags) !== null;
    const isGiven = flaggedSource(flags) !== null || passwordFile === null;
    const known = isGiven ? null : ({kind: 'file', path: passwordFile} as const);
    const source = open ? (known ?? passwordSource(flags, mayAsk)) : null;
    const keystore = keystoreOf(file, flags.file !== undefined);
    let report = keyReport(file, {g1: keystore.publicKey, g2: null});
    if (source !== null) {
      const password = await knownPassword(source, file, new AbortController().signal);
      report = keyReport(file, publicKeys(await openKeystore(keystore, password, file)));
    }
    this.give({schema: 'keys-bls', exitCode: 0, result: report, text: renderKeyReport(report)});
    const named = flags.file === undefined ? [] : ['--file', flags.file];
    if (source === null)
      this.note(
        `next: ${this.next(run('keys bls show', ['--check', ...named], 'Prove it with the password'))}`,
        flags.quiet,
      );
  }
}

function keystoreOf(file: string, isNamed: boolean): BlsKeystore {
  try {
    return readKeystore(file);
  } catch (error) {
    throw withoutNewKey(error, 'keystore', isNamed);
  }
}
