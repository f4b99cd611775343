import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {challengesFor} from '../../lib/features/challenge/challenge.ts';
import {
  evidenceExit,
  evidenceJson,
  evidenceText,
  gatherEvidence,
  parseClockNumber,
} from '../../lib/features/challenge/evidence.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {freshFlag, pathFlag, timeoutFlag} from '../../lib/cli/flags.ts';
import {SELECTION} from '../../lib/features/challenge/select.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';

export default class ChallengeEvidence extends AosCommand {
  static override summary = 'Collect the journal evidence for a challenged clock number.';
  static override description = [
    "CLOCK is the clock number of a challenge, the second column of `aos challenge list`. The journal is only read, also beside a running operator. The directory gets the dispatcher's signed messages, VRF proofs with the sampling range they were drawn with, clock readings, OPML answers with their state roots (an engine's with what it says of itself), the answers given, and manifest.json with the SHA-256 of each file.",
    SELECTION,
    "Challenges are of the whole AVS, so there is no --operator: the evidence is this node's. Exit code 0 all gathered, 4 gathered but something of it is missing (the manifest says what), 3 no such challenge or nothing in the journal: then no directory is made.",
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> challenge evidence 77',
    {
      description: 'Elsewhere, while the chain is away',
      command: '<%= config.bin %> challenge evidence 77 --out ./for-the-aggregator --offline',
    },
    {
      description: 'Check the files later',
      command: 'jq -r \'.files[] | .sha256 + "  " + .name\' manifest.json | sha256sum -c',
    },
  ];
  static override args = {
    clock: Args.string({description: 'Clock number.', required: true}),
  };
  static override flags = {
    ...configFlag,
    fresh: freshFlag,
    timeout: timeoutFlag,
    out: pathFlag({summary: 'Output directory (default: ./evidence-clock-CLOCK).', helpValue: 'DIR'}),
    force: Flags.boolean({summary: 'Replace evidence gathered before.'}),
    offline: Flags.boolean({summary: 'Do not check on chain that the challenge exists.'}),
  };

  async run(): Promise<void> {
    const {flags, args} = await this.parse(ChallengeEvidence);
    const clockNumber = parseClockNumber(args.clock);
    const {config} = configForCommand(flags.config, 'run', (line) => this.note(line, flags.quiet));
    const target = {...config.chain, chainId: config.chainId};
    const quiet = flags.quiet || this.jsonEnabled();
    const report = await gatherEvidence(config, {
      clockNumber,
      out: flags.out ?? null,
      force: flags.force,
      book: flags.offline
        ? null
        : await challengesFor(target, {quiet, fresh: flags.fresh, timeoutMs: flags.timeout}),
      now: systemTime.now(),
    });
    this.give({
      schema: 'challenge-evidence',
      exitCode: evidenceExit(report),
      result: evidenceJson(report),
      text: evidenceText(report),
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
