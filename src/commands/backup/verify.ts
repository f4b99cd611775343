import {Args} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {pathOfFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {backupPassphrase, passphraseFlags} from '../../lib/cli/passphrase-flag.ts';
import {verifiedText} from '../../lib/features/backup/text.ts';
import {verifyBackup} from '../../lib/features/backup/verify.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class BackupVerify extends AosCommand {
  static override summary = 'Check that a backup is whole, and show of which node and time it is.';
  static override description =
    'Decrypts every byte, compares it with the hashes in the backup, and has SQLite check the journal. Nothing is changed; what is unpacked for it, below TMPDIR, is removed.';
  static override examples = ['<%= config.bin %> backup verify aos-0fe1b2c3-20261130T010203Z.age'];
  static override args = {file: Args.string({description: 'The backup.', required: true})};
  static override flags = {...passphraseFlags};

  async run(): Promise<void> {
    const {args, flags} = await this.parse(BackupVerify);
    const file = pathOfFlag(args.file, 'FILE');
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const passphrase = await backupPassphrase(flags, 'known', mayAsk);
    const result = await untilStopped((signal) => verifyBackup(file, passphrase, signal));
    const {network, nodeId} = result;
    this.give({
      schema: 'backup-verify',
      exitCode: EXIT.ok,
      result,
      text: verifiedText(result),
      network,
      nodeId,
    });
  }
}
