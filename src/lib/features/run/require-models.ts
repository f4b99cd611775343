import type {ProofChecks} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {engineDirs, installCommand} from '../../peers/zk/engine-dirs.ts';
import type {ProofThread} from '../../peers/zk/proof-thread.ts';

/** Of what is asked only to have the files of a model read. */
const NO_PROOF = new Uint8Array();

/**
 * Has the thread read the files of each model and load its engine, as for a job.
 * @throws AosError PROOF_*: the first that keeps every proof of a model from being checked; or the signal's reason
 */
export async function requireModels(
  {models, engineDir}: Pick<ProofChecks, 'models' | 'engineDir'>,
  thread: Pick<ProofThread, 'judge'>,
  signal: AbortSignal,
): Promise<void> {
  const dirs = engineDirs(engineDir);
  for (const [name, files] of models) {
    const request = {files, engineDirs: dirs, proof: NO_PROOF, signals: null};
    const {model, fault} = await thread.judge(request, signal);
    if (model !== null) continue;
    const code = fault?.code ?? 'PROOF_ENGINE_FAILED';
    const what = `no proof of the model ${safeText(name)} can be checked, so its answers are held`;
    throw new AosError(code, `${what}: ${fault?.message ?? 'the thread says nothing'}`, {
      ...(code === 'PROOF_ENGINE_MISSING'
        ? {next: say(`Install it: ${installCommand(dirs[0] ?? '.')}`)}
        : {}),
    });
  }
}
