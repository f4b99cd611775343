import {run} from '../../foundation/next-step/next-step.ts';
import {blocked, fail, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {STEP_IDS} from '../signer/step-ids.ts';
import {checkSigner, type StepReport} from '../signer/check.ts';
import type {DoctorContext} from './context.ts';

const CHECKS: readonly CheckId[] = STEP_IDS;
/** Below the limit of a check, so that a slow step is reported as one. */
const STEP_MS = 2_500;
/** One step after the other, all of them have to end in time. */
const SAMPLES = 5;

/** The steps of `aos signer check`, each as a check. */
export function signerProbes({config, time}: DoctorContext): Probe[] {
  const {signerUrl, signerTls, nodeId, chainId} = config;
  return [
    {
      checks: CHECKS,
      run: async (report, signal) => {
        if (signerUrl === null || nodeId === null) {
          const missing = signerUrl === null ? 'node.signer_key' : 'node.node_id';
          for (const id of CHECKS) report(id, blocked('config.valid', `${missing} is not known`));
          return;
        }
        await checkSigner({
          url: signerUrl,
          tlsFiles: signerTls,
          address: nodeId,
          chainId,
          time,
          limitMs: STEP_MS,
          samples: SAMPLES,
          signal,
          onStep: (step) => report(step.id, findingOf(step)),
        });
      },
    },
  ];
}

function findingOf({state, found, means, next, because}: StepReport): Finding {
  const text = `${found}: ${means}`;
  switch (state) {
    case 'ok':
      return ok(text);
    case 'warn':
    case 'pending':
      return warn(text, next ?? run('signer check'));
    case 'fail':
      return fail(text, next ?? run('signer check'));
    case 'unknown':
      return unclear(text, next ?? run('signer check'));
    case 'skipped':
      return because === null ? notApplicable(means) : blocked(because, means);
  }
}
