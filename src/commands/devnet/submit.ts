import {Flags} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import type {DevnetUrls} from '../../lib/config/devnet-file.ts';
import {createDispatcherRest} from '../../lib/peers/dispatcher/rest.ts';
import {durationFlag, httpUrl} from '../../lib/cli/flags.ts';
import {renderJobs, submitJobs} from '../../lib/features/devnet/submit-jobs.ts';
import {submissionOf} from '../../lib/features/devnet/submission.ts';
import {WORKER_KINDS} from '../../lib/protocol/wire/messages.ts';
import {devnetFlag, devnetOf} from '../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class DevnetSubmit extends AosCommand {
  static override summary = 'Submit jobs to a running devnet or any dispatcher.';
  static override description = `Finds the running devnet by itself. A published dispatcher sends a job only to operators that are connected when it is submitted: start aos run first.

With --wait the exit code is 0 when every job has a result, 8 when some are still open after --timeout.`;
  static override examples = [
    '<%= config.bin %> devnet submit --prompt "What is AI?" --wait',
    {
      description: 'Five jobs, their ids as JSON',
      command: '<%= config.bin %> devnet submit --prompt Hello --count 5 --json',
    },
    {
      description: 'A proof with a changed instance, to be verified',
      command:
        '<%= config.bin %> devnet submit --prompt "any text" --kind zkml --proof mean-0-instance --wait',
    },
  ];
  static override flags = {
    prompt: Flags.string({summary: 'The prompt.', required: true, helpValue: 'TEXT'}),
    model: Flags.string({summary: 'Model of the job (default: tiny-llm; of a zkml job: mean).'}),
    kind: Flags.string({
      summary: 'Kind of worker.',
      options: WORKER_KINDS,
      default: 'opml',
    }),
    proof: Flags.string({
      summary: 'The proof that a zkml job has to verify: a name of the devnet, or a URL.',
      description:
        'mean-0, mean-1, dense-0, dense-1: a true proof of the model mean or dense (default: the first of the model).\nmean-0-instance: the same with a changed instance; mean-0-byte: with a changed byte. Both are false.',
      helpValue: 'TEXT',
    }),
    count: Flags.integer({summary: 'Number of jobs.', default: 1, min: 1, max: 100_000, helpValue: 'N'}),
    wait: Flags.boolean({summary: 'Wait for the results.'}),
    timeout: durationFlag({
      summary: 'How long to wait.',
      default: 60_000,
      defaultHelp: () => Promise.resolve('60s'),
    }),
    dispatcher: Flags.string({
      summary: 'HTTP address of the dispatcher.',
      helpValue: 'URL',
      exclusive: ['devnet'],
    }),
    ...devnetFlag,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetSubmit);
    const devnet = (): DevnetUrls => devnetOf(flags).urls;
    const url =
      flags.dispatcher === undefined ? devnet().dispatcherHttp : httpUrl(flags.dispatcher, 'dispatcher');
    const {count, wait} = flags;
    const jobs = await submitJobs(createDispatcherRest(url), {
      job: submissionOf(flags, () => devnet().proofs),
      count,
      waitMs: wait ? flags.timeout : null,
      // Without an operator nothing else is heard until the time is over.
      onWaiting: () =>
        this.note(
          `${count} ${count === 1 ? 'job' : 'jobs'} submitted; waiting for an operator (aos run) to answer`,
          flags.quiet,
        ),
    });
    const open = jobs.filter((job) => job.results.length === 0).length;
    this.give({
      schema: 'devnet-submit',
      exitCode: wait && open > 0 ? EXIT.pending : EXIT.ok,
      result: {jobs},
      text: renderJobs(jobs, wait),
    });
  }
}
