import type {UsableConfig} from '../../config/usable.ts';
import type {Checked} from '../../protocol/receipt/check/check.ts';
import {withKind} from '../../protocol/receipt/check/check.ts';
import type {KindCheck, KindChecks, KindVerdict} from '../../protocol/receipt/kind-check.ts';
import type {Link} from '../../protocol/receipt/links.ts';
import type {ProofFiles} from './proof-files.ts';

/** The checkers of proofs and attestations that there are, and what ends their thread. */
export type OpenKindChecks = KindChecks & {close(): Promise<void>};

/**
 * The checkers of what workers of a kind add to their answers; their packages and threads are loaded by the first receipt of the kind.
 * @param config what they are configured with; null: nothing
 * @param named files of proofs that flags name, in the place of the configured ones
 */
export function kindChecks(
  config: Pick<UsableConfig, 'teeAttestation' | 'proofChecks'> | null,
  named: ProofFiles = {files: null, engineDir: null},
): OpenKindChecks {
  let tee: Promise<KindCheck> | null = null;
  let zkml: Promise<{check: KindCheck; close: () => Promise<void>}> | null = null;
  // What they load is for receipts of their kind alone.
  return {
    async zkml(evidence, signal) {
      zkml ??= import('./proof-check.ts').then(({openProofKindCheck}) =>
        openProofKindCheck(config?.proofChecks ?? null, named),
      );
      return (await zkml).check(evidence, signal);
    },

    async tee(evidence, signal) {
      tee ??= import('./attestation-check.ts').then(({attestationKindCheck}) =>
        attestationKindCheck(config?.teeAttestation ?? null),
      );
      return (await tee)(evidence, signal);
    },

    close: async () => (await zkml)?.close(),
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
