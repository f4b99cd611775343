import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {verdictExit} from '../../lib/cli/verdict-exit.ts';
import {checkNodeWorkers} from '../../lib/features/worker/check.ts';
import {workerCheckText} from '../../lib/features/worker/text.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {WORKER_KINDS} from '../../lib/protocol/wire/messages.ts';

export default class WorkerCheck extends AosCommand {
  static override summary = 'Check each worker: its status, a request, and the answer to it.';
  static override description = `While an operator runs for this node, it asks, and the request takes a place as that of a job does. Else this command asks, and listens for the answer where the operator would. A zkml worker is asked about the proof of workers.zkml.known_good, in place of --model and --prompt.

Exit code 0 when every worker answers, 3 when one fails, 4 when one is only busy.`;
  static override examples = [
    '<%= config.bin %> worker check',
    {
      description: 'With a model that the worker has',
      command: '<%= config.bin %> worker check --model llama-2-7b --prompt "What is AI?"',
    },
    {
      description: 'In a script',
      command: '<%= config.bin %> worker check -c ./config.yaml --json | jq .result.verdict',
    },
  ];
  static override flags = {
    ...configFlag,
    kind: Flags.string({summary: 'The kind of worker.', options: [...WORKER_KINDS]}),
    model: Flags.string({summary: 'The model to ask for.', default: 'default'}),
    prompt: Flags.string({summary: 'What to ask.', default: 'What is AI?'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(WorkerCheck);
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config, warnings} = configForCommand(flags.config, 'run', note);
    const report = await untilStopped((signal) =>
      checkNodeWorkers({
        config,
        kind: flags.kind,
        question: {model: flags.model, prompt: flags.prompt},
        place: {env: process.env, cwd: process.cwd(), uid: process.getuid?.() ?? 0},
        time: systemTime,
        signal,
      }),
    );
    this.give({
      schema: 'worker-check',
      exitCode: verdictExit(report.verdict),
      result: report,
      text: workerCheckText(report, this.listStyle()),
      warnings,
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
