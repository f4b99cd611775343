import type {ProofChecks} from '../../config/config.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {engineDirs, installCommand} from '../../peers/zk/engine-dirs.ts';
import type {ModelFacts, ProofFault} from '../../peers/zk/messages.ts';
import {createProofThread, proofThreadUrl, type ProofThread} from '../../peers/zk/proof-thread.ts';
import {fail, notApplicable, ok, unclear, type Finding} from './check.ts';
import type {DoctorContext} from './context.ts';
import type {Probe} from './run.ts';

/** Loading the engine takes a second, and some on a machine that is overloaded. */
const LIMIT_MS = 15_000;
/** Of what is asked only to have the files of a model read. */
const NO_PROOF = new Uint8Array();

/** Whether proofs can be checked here, found out by the thread that checks those of jobs. */
export function zkmlEngineProbe(context: DoctorContext): Probe {
  return {
    checks: ['workers.zkml_engine'],
    limitMs: Math.max(LIMIT_MS, context.limits.checkMs),
    run: async (report, signal) => {
      const {workers, proofChecks} = context.config;
      const needless = workers.some(({kind}) => kind === 'zkml')
        ? whyNeedless(proofChecks)
        : 'no zkml worker is configured';
      if (needless !== null) {
        report('workers.zkml_engine', notApplicable(needless));
        return;
      }
      const threadUrl = context.proofThread ?? proofThreadUrl();
      const thread = createProofThread({threadUrl, time: context.time, limitMs: LIMIT_MS});
      try {
        report('workers.zkml_engine', await judgeModels(proofChecks, thread, signal));
      } finally {
        await thread.close();
      }
    },
  };
}

function whyNeedless({verify, models}: ProofChecks): string | null {
  if (verify === 'worker') return 'the worker alone says it: workers.zkml.verify is worker';
  return models.size === 0
    ? 'not needed: workers.zkml.models names no model, so the worker alone says it (docs/verification.md)'
    : null;
}

async function judgeModels(
  {models, engineDir}: ProofChecks,
  thread: ProofThread,
  signal: AbortSignal,
): Promise<Finding> {
  const dirs = engineDirs(engineDir);
  const engines = new Set<string>();
  for (const [name, files] of models) {
    let fault: ProofFault | null;
    let model: ModelFacts | null;
    try {
      ({fault, model} = await thread.judge(
        {files, engineDirs: dirs, proof: NO_PROOF, signals: null},
        signal,
      ));
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      return unclear(`${name}: ${error.message} (${error.code})`, error.next);
    }
    if (model === null) return ofFault(name, fault, engineDir ?? dirs[0] ?? null);
    engines.add(engineText(model));
  }
  return ok(`proofs of ${[...models.keys()].join(', ')} can be checked: ${[...engines].join('; ')}`);
}

function engineText({ezklVersion, engineVersion}: ModelFacts): string {
  return engineVersion === null
    ? 'Groth16 of snarkjs, which needs no engine'
    : `engine ${engineVersion} for ezkl ${safeText(ezklVersion ?? '', 40)}, with the files that were tried`;
}

function ofFault(name: string, fault: ProofFault | null, engineDir: string | null): Finding {
  const code = fault?.code ?? 'PROOF_ENGINE_FAILED';
  const message = fault?.message ?? 'the thread says nothing';
  return fail(`${name}: ${message} (${code})`, nextOf(code, message, engineDir));
}

function nextOf(code: ProofFault['code'], message: string, engineDir: string | null): NextStep {
  return code === 'PROOF_ENGINE_MISSING' && engineDir !== null
    ? say(`Install it: ${installCommand(engineDir)}`)
    : new AosError(code, message).next;
}
