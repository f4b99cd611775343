import {openPart, portOf, type Part} from './part.ts';
import type {Proofs} from './zkml/proofs.ts';
import {startZkmlWorker, type ZkmlWorker} from './zkml/zkml-worker.ts';

/** How a second worker answers, by which a cross-check can be tried. */
export const SECOND_MANNERS = ['agrees', 'lies', 'refuses'] as const;
export type SecondManner = (typeof SECOND_MANNERS)[number];

const FAULTS = {agrees: {}, lies: {lies: true}, refuses: {refuses: true}} as const;

/**
 * Starts another zkml worker. It knows the proofs of the devnet by their hash.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export function openSecondZkml(
  manner: SecondManner,
  {host, proofs}: {host: string; proofs: Proofs},
): Promise<Part<ZkmlWorker>> {
  return openPart<ZkmlWorker>((before) =>
    startZkmlWorker({
      host,
      port: before === null ? 0 : portOf(before.url),
      proofs,
      faults: FAULTS[manner],
    }),
  );
}
