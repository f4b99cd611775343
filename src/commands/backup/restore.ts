import {Args, Flags} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {pathFlag, pathOfFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {answersPing} from '../../lib/features/backup/old-host.ts';
import {backupPassphrase, passphraseFlags} from '../../lib/cli/passphrase-flag.ts';
import {restoreBackup} from '../../lib/features/backup/restore.ts';
import {runningHere} from '../../lib/features/backup/running.ts';
import {restoredText} from '../../lib/features/backup/text.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';

export default class BackupRestore extends AosCommand {
  static override summary = 'Put a node out of a backup in place, on this machine.';
  static override description = `Makes DIR with config.yaml, keys/ and state/; nothing that exists is replaced. It refuses (exit 77) while an operator of the node runs here, while net.outer_url answers /ping, and until you say that the old host is off: two operators of one node_id answer every job twice, which costs stake.

The old operator may have answered jobs after the backup was made. So jobs that were open in it are shown and not delivered, and aos run looks each job that comes up at the dispatcher before it answers, until store.retention is over. aos run --accept-all lifts both.`;
  static override examples = [
    '<%= config.bin %> backup restore aos-0fe1b2c3-20261130T010203Z.age --to /var/lib/aos-node --old-host-is-off',
  ];
  static override args = {file: Args.string({description: 'The backup.', required: true})};
  static override flags = {
    to: pathFlag({summary: 'The directory to make.', required: true, helpValue: 'DIR'}),
    'old-host-is-off': Flags.boolean({
      summary: 'The former operator of this node is off, and does not start again.',
    }),
    ...passphraseFlags,
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(BackupRestore);
    const file = pathOfFlag(args.file, 'FILE');
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const passphrase = await backupPassphrase(flags, 'known', mayAsk);
    const result = await untilStopped((signal) =>
      restoreBackup({
        file,
        to: flags.to,
        passphrase,
        confirmedAt: flags['old-host-is-off'] ? systemTime.now() : null,
        ping: (outerUrl) => answersPing(outerUrl, signal),
        running: runningHere,
        signal,
      }),
    );
    const {network, nodeId} = result;
    this.give({
      schema: 'backup-restore',
      exitCode: EXIT.ok,
      result,
      text: restoredText(result),
      network,
      nodeId,
    });
    this.note(`next: aos run -c ${JSON.stringify(result.config)}`, flags.quiet);
  }
}
