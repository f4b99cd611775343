import {blocked, fail, notApplicable, ok, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {checkSigner, type StepReport} from '../signer/check.ts';
import type {DoctorContext} from './context.ts';

/** The doctor's name for each step of `aos signer check`. */
const CHECK_OF: Readonly<Record<StepReport['id'], CheckId>> = {
  url: 'signer.url',
  connect: 'signer.connect',
  tls: 'signer.tls',
  upcheck: 'signer.upcheck',
  health_status: 'signer.health_status',
  healthcheck: 'signer.healthcheck',
  eth_accounts: 'signer.accounts',
  eth_sign: 'signer.sign',
  eth_signTypedData: 'signer.typed_data',
  eth_signTransaction: 'signer.transaction',
  negative: 'signer.strangers',
  latency: 'signer.latency',
  exposure: 'signer.exposure',
};

const CHECKS = Object.values(CHECK_OF);
/** Below the limit of a check, so that a slow step is told as one. */
const STEP_MS = 2_500;
/** One step after the other, all of them have to end in time. */
const SAMPLES = 5;

/** The steps of `aos signer check`, each as a check. */
export function signerProbes({config, time}: DoctorContext): Probe[] {
  const {signerUrl, nodeId, chainId} = config;
  return [
    {
      checks: CHECKS,
      run: async (tell, signal) => {
        if (signerUrl === null || nodeId === null) {
          const missing = signerUrl === null ? 'node.signer_key' : 'node.node_id';
          for (const id of CHECKS) tell(id, blocked('config.valid', `${missing} is not known`));
          return;
        }
        const failed = new Map<string, CheckId>();
        await checkSigner({
          url: signerUrl,
          address: nodeId,
          chainId,
          time,
          limitMs: STEP_MS,
          samples: SAMPLES,
          signal,
          onStep(step) {
            const id = CHECK_OF[step.id];
            if (step.state === 'fail') failed.set(step.id, id);
            tell(id, findingOf(step, failed));
          },
        });
      },
    },
  ];
}

function findingOf({state, got, means, fix}: StepReport, failed: ReadonlyMap<string, CheckId>): Finding {
  switch (state) {
    case 'ok':
      return ok(`${got}: ${means}`);
    case 'warn':
      return warn(`${got}: ${means}`, fix);
    case 'fail':
      return fail(`${got}: ${means}`, fix ?? 'aos signer check');
    case 'skipped': {
      const because = [...failed.values()].at(-1);
      return because === undefined ? notApplicable(means) : blocked(because, means);
    }
  }
}
