import {run} from '../../foundation/next-step/next-step.ts';
import {withinAnswerTime} from './answer-time.ts';
import {blocked, fail, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';
import type {Probe} from './run.ts';
import {STEP_IDS} from '../signer/step-ids.ts';
import {checkSigner, type StepReport} from '../signer/check.ts';
import {ofStandby} from '../signer/check-line.ts';
import type {DoctorContext} from './context.ts';

const CHECKS: readonly CheckId[] = STEP_IDS;
/** One step after the other, all of them have to end in time. */
const SAMPLES = 5;
/** What one that stands in has to do; `aos signer check` looks at the rest. */
const OF_STANDBY = [
  'signer.connect',
  'signer.tls',
  'signer.upcheck',
  'signer.accounts',
  'signer.sign',
] as const satisfies readonly CheckId[];

/** The steps of `aos signer check`, each as a check. */
export function signerProbes(context: DoctorContext): Probe[] {
  const {config, time, limits} = context;
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
          limitMs: limits.answerMs,
          samples: SAMPLES,
          signal,
          onStep: (step) => report(step.id, findingOf(step)),
        });
      },
    },
    {
      checks: ['signer.standby'],
      run: async (report, signal) => report('signer.standby', await judgeStandby(context, signal)),
    },
  ];
}

async function judgeStandby({config, time, limits}: DoctorContext, signal: AbortSignal): Promise<Finding> {
  const {otherSigners, signerTls, nodeId, chainId} = config;
  if (otherSigners.length === 0)
    return notApplicable('none is configured: one signer that is away stops the node');
  if (nodeId === null) return blocked('config.valid', 'node.node_id is not known');
  // A slow step is named before the whole is over.
  const limitMs = limits.answerMs * 0.8;
  const found = await Promise.all(
    otherSigners.map((url) => {
      const {host} = new URL(url);
      return withinAnswerTime(
        {who: host, ms: limits.answerMs, next: run('signer check'), signal},
        async (end) => {
          const options = {url, tlsFiles: signerTls, address: nodeId, chainId, time, limitMs};
          const {steps} = ofStandby(await checkSigner({...options, only: OF_STANDBY, signal: end}));
          const odd = steps.find(({state}) => state === 'fail') ?? steps.find(({state}) => state === 'warn');
          if (odd === undefined) return ok(`${host} has the key and signs`);
          return warn(`${host}: ${odd.means}: ${odd.found} (${odd.id})`, odd.next ?? run('signer check'));
        },
      );
    }),
  );
  const text = found.map((one) => one.found).join('; ');
  const odd = found.find(({state}) => state === 'warn') ?? found.find(({state}) => state !== 'ok');
  return odd === undefined ? ok(text) : {...odd, found: text};
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
