import type {UsableConfig} from '../../config/usable.ts';
import type {Checked} from '../../protocol/receipt/check.ts';
import {withKind} from '../../protocol/receipt/check.ts';
import type {KindCheck, KindChecks, KindVerdict} from '../../protocol/receipt/kind-check.ts';
import type {Link} from '../../protocol/receipt/links.ts';

/** The checkers of proofs and attestations that there are. @param config what they are configured with; null: nothing */
export function kindChecks(config: UsableConfig | null): KindChecks {
  let tee: Promise<KindCheck> | null = null;
  return {
    async tee(evidence, signal) {
      // Its packages are for receipts of tee jobs alone.
      tee ??= import('./attestation-check.ts').then(({attestationKindCheck}) =>
        attestationKindCheck(config?.teeAttestation ?? null),
      );
      return (await tee)(evidence, signal);
    },
  };
}

/** The links of a job with the verdict of the checker of its kind, where there is one. */
export async function linksOf(
  checked: Pick<Checked, 'links' | 'ask'>,
  checks: KindChecks,
  signal: AbortSignal,
): Promise<readonly Link[]> {
  const {ask} = checked;
  if (ask === null) return checked.links;
  const check = checks[ask.kind];
  const verdict: KindVerdict =
    check === undefined
      ? {verdict: 'not_checked', why: `nothing here checks what a ${ask.kind} worker shows`}
      : await check(ask, signal);
  return withKind(checked, verdict);
}
