import type {SignerAccess} from '../../config/config.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {signerPlaces} from '../../peers/signer/open.ts';
import {checkSigner, type CheckOptions, type SignerReport} from './check.ts';

/** The report on the first signer, and on each of those that stand in. */
export type SignersReport = SignerReport & {standby: SignerReport[]};

/**
 * Looks at every signer of a configuration, one after the other, so that one does not slow down the figures of another. The
 * node works while the first signs: what is wrong with one that stands in is a warning.
 * @throws AosError USAGE (address is none), or the signal's reason
 */
export async function checkSigners(
  access: SignerAccess,
  options: Omit<CheckOptions, 'url' | 'tlsFiles'>,
): Promise<SignersReport> {
  const [first, ...others] = signerPlaces(access);
  const report = await checkSigner({...options, url: first.url, tlsFiles: first.tls});
  const standby: SignerReport[] = [];
  for (const {url, tls} of others)
    standby.push(ofStandby(await checkSigner({...options, url, tlsFiles: tls})));
  const isWell = standby.every(({verdict}) => verdict === 'ok');
  return {...report, verdict: report.verdict === 'ok' && !isWell ? 'warn' : report.verdict, standby};
}

/** The steps name the key of the first signer. */
export function ofStandby(report: SignerReport): SignerReport {
  const own = (text: string): string => text.replaceAll('signer_key', 'node.signer_urls');
  const next = (step: NextStep | null): NextStep | null =>
    step === null ? null : {...step, say: own(step.say)};
  const steps = report.steps.map((step) => ({
    ...step,
    asked: own(step.asked),
    found: own(step.found),
    means: own(step.means),
    next: next(step.next),
  }));
  return {...report, steps};
}
