import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {pathFlag, pathOfFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {proofModel} from '../../lib/features/verify/proof-model.ts';
import {verifyProofs} from '../../lib/features/verify/proof.ts';
import {verifyProofText} from '../../lib/features/verify/proof-text.ts';
import {createProofThread, proofThreadUrl} from '../../lib/peers/zk/proof-thread.ts';

const EXITS = {true: EXIT.ok, false: EXIT.negative, not_checked: EXIT.warnings} as const;

export default class VerifyProof extends AosCommand {
  static override summary = 'Check zero-knowledge proofs by hand, as the operator checks those of jobs.';
  static override description = `A proof.json of ezkl is checked by its engine, which you install yourself (aos doctor has the command); one of snarkjs, by Groth16, without it. What a proof states is read from its public values alone. PLONK is not checked.

The model is one of workers.zkml.models (--model), or its files are named: --vk and --settings of ezkl, --vk alone of snarkjs.

Exit code 0 when every proof is true, 3 when one is false, 4 when one could not be checked and none is false.`;
  static override examples = [
    '<%= config.bin %> verify proof proof.json --model 1l_average',
    '<%= config.bin %> verify proof proof.json --vk vk.key --settings settings.json',
    {
      description: 'A proof of snarkjs',
      command: '<%= config.bin %> verify proof proof.json --signals public.json --vk verification_key.json',
    },
  ];
  static override args = {
    file: Args.string({description: 'A proof, or several; - is stdin.', required: true, multiple: true}),
  };
  static override flags = {
    ...configFlag,
    model: Flags.string({
      summary: 'A model of workers.zkml.models.',
      exclusive: ['vk', 'settings', 'srs'],
      helpValue: 'NAME',
    }),
    vk: pathFlag({summary: 'The verification key of the model.'}),
    settings: pathFlag({summary: 'Its settings.json, of ezkl.', dependsOn: ['vk']}),
    srs: pathFlag({summary: 'Its SRS [that of the ceremony].', dependsOn: ['settings']}),
    signals: pathFlag({summary: 'public.json of snarkjs [publicSignals of the proof file].'}),
    'engine-dir': pathFlag({
      summary: 'Where the engine is installed [workers.zkml.engine_dir].',
      helpValue: 'DIR',
    }),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(VerifyProof);
    const proofs = args.file.map((name) => ({name, path: name === '-' ? name : pathOfFlag(name, 'FILE')}));
    const {files, engineDirs} = proofModel(flags, {env: process.env, cwd: process.cwd()});
    const thread = createProofThread({threadUrl: proofThreadUrl(), time: systemTime});
    const report = await untilStopped(async (signal) => {
      try {
        const signals = flags.signals ?? null;
        return await verifyProofs({proofs, signals, files, engineDirs, thread, signal});
      } finally {
        await thread.close();
      }
    });
    this.give({
      schema: 'verify-proof',
      exitCode: EXITS[report.verdict],
      result: report,
      text: verifyProofText(report, this.listStyle()),
    });
  }
}
