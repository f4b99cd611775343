import {AosCommand} from '../../../lib/cli/base-command.ts';
import {pathFlag} from '../../../lib/cli/flags.ts';
import {canPrompt} from '../../../lib/cli/can-prompt.ts';
import {importedKey, importSource} from '../../../lib/features/keys/import-key.ts';
import {keyPath, newKeyFlags} from '../../../lib/features/keys/key-flags.ts';
import {flaggedSource, passwordFlags, passwordSource} from '../../../lib/cli/password-flag.ts';
import {saveKey} from '../../../lib/features/keys/save-key.ts';
import {sourceFile} from '../../../lib/keys/source-file.ts';
import {refuseExisting} from '../../../lib/keys/private-file.ts';
import {shellWord} from '../../../lib/foundation/text/shell-word.ts';
import {renderKeyReport} from '../../../lib/features/keys/text.ts';

export default class KeysBlsImport extends AosCommand {
  static override summary = 'Put a BN254 private key into an encrypted keystore.';
  static override description = `The key is one number, decimal or as 0x and hex digits, or a keystore of EIP-2335 (bn254-keystore-go, Cerberus), whose password the new one keeps; never from the command line. A key of the curve BLS12-381, as validators have, is none for an AVS.

An E([x,y]) keystore of EigenLayer's tools needs no import: name it in node.bls_key_file.`;
  static override examples = [
    '<%= config.bin %> keys bls import',
    {
      description: 'From another program',
      command: 'pass show bls | <%= config.bin %> keys bls import --from - --password-file ./bls.password',
    },
  ];
  static override flags = {
    ...newKeyFlags,
    from: pathFlag({
      summary:
        'File (mode 0600) with the private key; - is standard input. Asked for at a terminal without it.',
    }),
    ...passwordFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysBlsImport);
    const {signal} = new AbortController();
    const file = keyPath(flags.file);
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const from = importSource(flags.from, flaggedSource(flags), mayAsk);
    const source = passwordSource(flags, mayAsk);
    if (!flags.force) refuseExisting(file);
    const {key, password} = await importedKey(from, source, signal);
    const report = await saveKey(key, password, file, flags.force);
    this.give({schema: 'keys-bls', exitCode: 0, result: report, text: renderKeyReport(report)});
    const written = from?.kind === 'file' ? sourceFile(keyPath(from.path, '--from')) : null;
    if (written !== null)
      this.note(`next: delete the source once all is well: shred -u ${shellWord(written)}`, flags.quiet);
    this.note(`next: in the configuration set node.bls_key_file: ${JSON.stringify(file)}`, flags.quiet);
  }
}
