import {Flags} from '@oclif/core';
import {address} from '../../../lib/config/values.ts';
import {AosCommand} from '../../../lib/cli/base-command.ts';
import {canPrompt} from '../../../lib/cli/can-prompt.ts';
import {pathFlag} from '../../../lib/cli/flags.ts';
import {flaggedSource, passwordFlags, passwordSource} from '../../../lib/cli/password-flag.ts';
import {importEcdsaKey, renderEcdsaReport} from '../../../lib/features/keys/ecdsa-import.ts';
import {importSource} from '../../../lib/features/keys/import-key.ts';
import {keyPath} from '../../../lib/features/keys/key-flags.ts';
import {startCommand} from '../../../lib/features/init/web3signer-command.ts';
import {AosError} from '../../../lib/foundation/errors/error.ts';
import {sourceFile} from '../../../lib/keys/source-file.ts';
import {shellWord} from '../../../lib/foundation/text/shell-word.ts';

export default class KeysEcdsaImport extends AosCommand {
  static override summary = "Put the key of the operator's account into a keystore for Web3Signer.";
  static override description = `Takes 64 hex digits or an encrypted V3 keystore (geth, cast, ethers), never from the command line, and writes an encrypted keystore, its key configuration and its password file, each of mode 0600. The process ends then: nothing of aos keeps the key.

A recovery phrase is refused, since it holds many keys. A key that is published is refused but with --devnet.`;
  static override examples = [
    '<%= config.bin %> keys ecdsa import --dir ./keys',
    {
      description: 'From a keystore, in a script',
      command:
        '<%= config.bin %> keys ecdsa import --from ~/.foundry/keystores/operator --password-file ./operator.password --json',
    },
  ];
  static override flags = {
    dir: pathFlag({
      char: 'd',
      summary: 'Directory of the keys, for --key-config-path of Web3Signer.',
      helpValue: 'DIR',
      default: 'keys',
    }),
    from: pathFlag({
      summary:
        'File (mode 0600) with the key or keystore; - is standard input. Asked for at a terminal without it.',
    }),
    address: Flags.string({summary: 'Refuse the key of any other address.', helpValue: 'ADDRESS'}),
    devnet: Flags.boolean({summary: 'Take a published key too: for a devnet only.'}),
    force: Flags.boolean({summary: 'Replace files that are there; the old ones are kept as FILE.bak.'}),
    ...passwordFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysEcdsaImport);
    const expected = flags.address === undefined ? null : address.parse(flags.address);
    if (expected !== null && 'wrong' in expected)
      throw new AosError(
        'USAGE',
        `--address ${expected.wrong}; expected ${expected.expected ?? address.expected}`,
      );
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const from = importSource(flags.from, flaggedSource(flags), mayAsk);
    const report = await importEcdsaKey({
      from,
      password: passwordSource(flags, mayAsk),
      dir: keyPath(flags.dir, '--dir'),
      expected: expected?.value ?? null,
      force: flags.force,
      devnet: flags.devnet,
      signal: new AbortController().signal,
      note: (line) => this.note(line, flags.quiet),
    });
    this.give({schema: 'keys-ecdsa', exitCode: 0, result: report, text: renderEcdsaReport(report)});
    const source = from?.kind === 'file' ? sourceFile(keyPath(from.path, '--from')) : null;
    if (source !== null)
      this.note(`next: delete the source once all is well: shred -u ${shellWord(source)}`, flags.quiet);
    const start = startCommand({
      signerUrl: 'http://127.0.0.1:9000',
      keysDir: shellWord(flags.dir),
      chainId: null,
    });
    this.note(`next: ${start}\nnext: aos signer check`, flags.quiet);
  }
}
