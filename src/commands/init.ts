import {AosCommand, version} from '../lib/cli/base-command.ts';
import {onAbort} from '../lib/foundation/async/abort.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {canPrompt} from '../lib/cli/can-prompt.ts';
import {initNode} from '../lib/features/init/init.ts';
import {answersGiven, initFlags} from '../lib/features/init/flags.ts';
import {signerEntries} from '../lib/features/init/signer-flags.ts';
import {listenForSignals} from '../lib/cli/signals.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {renderInitReport} from '../lib/features/init/report.ts';
import type {OutputWarning} from '../lib/cli/envelope.ts';

export default class Init extends AosCommand {
  static override summary = 'Create a configuration, step by step or from flags.';
  static override description = `Each answer is checked at once, also against the signer, the RPC, the dispatcher and the worker. No configuration is written before the review at the end; left before it (Ctrl-C), the answers are kept for the next aos init. No file is ever replaced without --force.

Without a terminal every question needs its flag, or --yes for the ones that have a preset; then nothing is looked at unless --probe says so. Exit code 4 when something did not answer; the file says so in a comment.

--from takes the address, the RPC, the network and the signer from an operator.yaml of the EigenLayer command line; its encrypted keystore is copied for a Web3Signer of its own. A file with a private key in plain is refused.`;
  static override examples = [
    '<%= config.bin %> init',
    {
      description: 'In a script',
      command:
        '<%= config.bin %> init --yes --node-id 0x1111111111111111111111111111111111111111 --signer-url http://127.0.0.1:9000 --dispatcher-url 127.0.0.1:8081 --rpc-url https://rpc.example.org --range-contract 0x27e4384ecc11810c2F49914390052b22c4e3CcC0 --probe --json',
    },
    {
      description: 'From the file of the EigenLayer command line',
      command: '<%= config.bin %> init --from operator.yaml',
    },
    {
      description: 'Against a devnet of this machine',
      command: '<%= config.bin %> init --network devnet --yes',
    },
  ];
  static override flags = initFlags;

  async run(): Promise<void> {
    const {flags} = await this.parse(Init);
    const {
      config,
      from,
      yes,
      force,
      probe,
      quiet,
      'no-input': noInput,
      'with-web3signer': withSigner,
    } = flags;
    const interrupted = new AbortController();
    const signals = listenForSignals('stop');
    onAbort(signals.stop, (reason) => {
      const code = reason === 'SIGINT' ? 'INTERRUPTED' : 'TERMINATED';
      interrupted.abort(new AosError(code, 'ended before the end; nothing was written'));
    });
    try {
      const report = await initNode({
        config,
        from,
        given: answersGiven(flags),
        signer: signerEntries(flags),
        yes,
        force,
        withSigner,
        mayAsk: canPrompt({json: this.jsonEnabled(), noInput}, process.env, process),
        // Neither --probe nor --no-probe: it depends on who is there.
        probe: Object.hasOwn(flags, 'probe') ? probe : null,
        style: {color: this.style.color('stderr'), ascii: this.style.ascii},
        env: process.env,
        cwd: process.cwd(),
        version,
        note: (line) => this.note(line, quiet),
        signal: interrupted.signal,
      });
      const warnings = report.problems.map(({id, found}): OutputWarning => ({
        code: 'INIT_PROBLEM',
        message: `${id}: ${found}`,
      }));
      this.give({
        schema: 'init',
        exitCode: warnings.length > 0 ? EXIT.warnings : EXIT.ok,
        result: report,
        text: renderInitReport(report, this.listStyle()),
        warnings,
        network: report.network,
        nodeId: report.nodeId,
      });
    } finally {
      signals.dispose();
    }
  }
}
