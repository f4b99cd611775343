import type {UsableConfig} from '../../config/usable.ts';
import type {Checked} from '../../protocol/receipt/check/check.ts';
import {withKind} from '../../protocol/receipt/check/check.ts';
import type {KindCheck, KindChecks, KindVerdict} from '../../protocol/receipt/kind-check.ts';
import type {Link} from '../../protocol/receipt/links.ts';

const NO_PROOF =
  'the bytes of the proof are not kept: a zkml worker gets its place (proof_path) alone. aos verify proof checks the file';
const BY_HAND = 'a proof in a receipt is checked by hand: aos verify proof';

/** The checkers of proofs and attestations that there are. @param config what they are configured with; null: nothing */
export function kindChecks(config: UsableConfig | null): KindChecks {
  let tee: Promise<KindCheck> | null = null;
  return {
    zkml: ({proof}) => Promise.resolve({verdict: 'not_checked', why: proof === null ? NO_PROOF : BY_HAND}),

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
