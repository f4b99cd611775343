import {randomBytes} from 'node:crypto';
import {setPriority} from 'node:os';
import {Flags} from '@oclif/core';
import {AosCommand, configFlag, version} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {pathFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {findNodeFile} from '../../lib/features/backup/node-file.ts';
import {backupName, createBackup} from '../../lib/features/backup/create.ts';
import {backupPassphrase, passphraseFlags} from '../../lib/cli/passphrase-flag.ts';
import {createdText} from '../../lib/features/backup/text.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';

/** The operator comes first. */
const NICE = 10;

export default class BackupCreate extends AosCommand {
  static override summary = 'Write a backup of the node: configuration, keys, journal.';
  static override description = `One file in the age format, encrypted with a passphrase; "age -d FILE | tar x" opens it without aos. The operator may run meanwhile. The key of the operator's account is in the signer, and not in it.

A restored node does not know what was answered after the backup: see aos backup restore --help.`;
  static override examples = [
    '<%= config.bin %> backup create',
    {
      description: 'Every night, by cron',
      command:
        '<%= config.bin %> backup create -c /etc/aos/config.yaml --out /backup/aos.age --force --password-file /etc/aos/backup.password',
    },
  ];
  static override flags = {
    ...configFlag,
    out: pathFlag({summary: 'The file (default: aos-NODE-TIME.age in this directory).'}),
    force: Flags.boolean({summary: 'Replace the file if it exists; a failure leaves it.'}),
    ...passphraseFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(BackupCreate);
    const node = findNodeFile(flags.config, (line) => this.note(line, flags.quiet));
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const passphrase = await backupPassphrase(flags, 'new', mayAsk);
    const now = systemTime.now();
    setPriority(NICE);
    const result = await untilStopped((signal) =>
      createBackup({
        ...node,
        out: flags.out ?? backupName(node.config.nodeId, now),
        force: flags.force,
        passphrase,
        version,
        id: randomBytes(8).toString('hex'),
        now,
        signal,
      }),
    );
    const {network, nodeId} = result;
    this.give({
      schema: 'backup-create',
      exitCode: EXIT.ok,
      result,
      text: createdText(result),
      network,
      nodeId,
    });
  }
}
