import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {durationFlag, timeoutFlag} from '../lib/cli/flags.ts';
import {rpcWatch} from '../lib/cli/rpc-watch.ts';
import {exitCodeOf, listenForSignals} from '../lib/cli/signals.ts';
import {gatherStatus, requireSomething} from '../lib/features/status/gather.ts';
import {statusTarget} from '../lib/features/status/target.ts';
import {statusAnswer, watchStatus, type StatusAnswer} from '../lib/features/status/watch.ts';
import type {StopReason} from '../lib/node/events/events.ts';
import {statusText} from '../lib/features/status/text.ts';

export default class Status extends AosCommand {
  static override summary = 'Show whether this node is earning and what is broken.';
  static override description = `Asks the signer, the chain, the journal and the running operator at once; what does not answer is unknown.

Exit code 0 when every link holds, 3 when one fails, 4 when one is unknown or only warns, 69 when nothing could be read.`;
  static override examples = [
    '<%= config.bin %> status',
    {
      description: 'Every 10 seconds, as lines of JSON',
      command: '<%= config.bin %> status --watch 10s --json',
    },
    {
      description: 'Any operator, without a configuration',
      command:
        '<%= config.bin %> status --network mainnet --operator 0xADDRESS --rpc-url https://rpc.example.org',
    },
  ];
  static override flags = {
    ...configFlag,
    operator: Flags.string({summary: 'Operator address (default: node_id).', helpValue: 'ADDRESS'}),
    network: Flags.string({summary: 'Network whose contracts are read.', helpValue: 'NAME'}),
    'rpc-url': Flags.string({summary: 'JSON-RPC URL of the chain (default: ETH_RPC_URL).', helpValue: 'URL'}),
    timeout: timeoutFlag,
    offline: Flags.boolean({summary: 'Use local data only.'}),
    watch: durationFlag({summary: 'Refresh this often, such as 10s.', minMs: 1_000, maxMs: 86_400_000}),
  };
  #watches = false;

  protected override streamsJson(): boolean {
    return this.#watches;
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Status);
    const {offline, watch, quiet, timeout: timeoutMs} = flags;
    this.#watches = watch !== undefined;
    const target = await statusTarget(flags, (line) => this.note(line, quiet));
    const text = ({result}: StatusAnswer): string => statusText(result, this.listStyle());
    const signals = listenForSignals('stop');
    // A list that is drawn again and again leaves no room for another line.
    const sign = watch === undefined ? {watch: rpcWatch()} : {};
    const gather = (signal: AbortSignal) => gatherStatus(target, {offline, signal, timeoutMs, ...sign});
    try {
      if (watch !== undefined) {
        await watchStatus({
          everyMs: watch,
          json: this.jsonEnabled(),
          signal: signals.stop,
          gather,
          text,
          next: this.next,
        });
        signals.stop.throwIfAborted();
        return;
      }
      const answer = statusAnswer(requireSomething(await gather(signals.stop)));
      for (const {message} of answer.warnings) this.note(`warning: ${message}`, quiet);
      const {network, nodeId} = target;
      this.give({schema: 'status', ...answer, text: text(answer), network, nodeId});
    } catch (error) {
      if (!signals.stop.aborted) throw error;
      process.exitCode = exitCodeOf(signals.stop.reason as StopReason);
    } finally {
      signals.dispose();
    }
  }
}
