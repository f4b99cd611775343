import {Flags} from '@oclif/core';
import {AosCommand, configFlag, version} from '../lib/cli/base-command.ts';
import {pathFlag, timeoutFlag} from '../lib/cli/flags.ts';
import {doctorJson, listJson} from '../lib/features/doctor/report.ts';
import {planChecks} from '../lib/features/doctor/select.ts';
import {canPrompt} from '../lib/cli/can-prompt.ts';
import {runDoctor} from '../lib/features/doctor/doctor.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {checkListText, doctorText} from '../lib/features/doctor/text.ts';
import {verdictExit} from '../lib/cli/verdict-exit.ts';

export default class Doctor extends AosCommand {
  static override summary = 'Diagnose this node and suggest fixes.';
  static override description = `Checks configuration, files, clock, signer, chain, registry, dispatcher, /ping, workers, alerts, metrics, journal, disk and versions side by side, within 20 seconds. It changes nothing unless --fix is given.

Exit code 0 when all is well, 3 when a check fails, 4 when one only warns or cannot be made.`;
  static override examples = [
    '<%= config.bin %> doctor',
    {description: 'One part, or one check', command: '<%= config.bin %> doctor --only signer,disk.space'},
    {
      description: 'Failed checks, for a script',
      command:
        '<%= config.bin %> doctor --json | jq -r \'.result.checks[] | select(.state == "fail") | .id\'',
    },
    {description: 'A report to share', command: '<%= config.bin %> doctor --bundle report.tar.gz'},
  ];
  static override flags = {
    ...configFlag,
    timeout: timeoutFlag,
    all: Flags.boolean({summary: 'Show every check, also what is well.', exclusive: ['list']}),
    list: Flags.boolean({summary: 'List the checks without running them.'}),
    only: Flags.string({summary: 'Only these checks or categories.', helpValue: 'NAMES', multiple: true}),
    skip: Flags.string({summary: 'Skip these checks or categories.', helpValue: 'NAMES', multiple: true}),
    fix: Flags.boolean({
      summary: 'Fix file modes, missing directories and stale sockets, after confirmation.',
      exclusive: ['list'],
    }),
    yes: Flags.boolean({summary: 'Make the changes of --fix without asking.', dependsOn: ['fix']}),
    bundle: pathFlag({
      summary: 'Write a tarball with report, configuration and versions, without secrets.',
      exclusive: ['list'],
    }),
    force: Flags.boolean({summary: 'Replace the file of --bundle.', dependsOn: ['bundle']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Doctor);
    const plan = planChecks({only: flags.only ?? [], skip: flags.skip ?? []});
    if (flags.list) {
      this.give({
        schema: 'doctor-list',
        exitCode: EXIT.ok,
        result: listJson(plan),
        text: checkListText(plan, this.listStyle().width),
      });
      return;
    }
    const note = (line: string): void => this.note(line, flags.quiet);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const {report, bundle} = await runDoctor(plan, {
      ...flags,
      timeoutMs: flags.timeout,
      version,
      canAsk,
      note,
    });
    this.give({
      schema: 'doctor',
      exitCode: verdictExit(report.verdict),
      result: {...doctorJson(report), bundle},
      text: doctorText(report, this.listStyle(), {all: flags.all}),
      ...(report.network === null ? {} : {network: report.network}),
      ...(report.nodeId === null ? {} : {nodeId: report.nodeId}),
    });
  }
}
