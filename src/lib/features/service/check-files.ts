import type {Config} from '../../config/config.ts';

/** The files by which answers are checked and engines are believed: the operator reads them by their own paths. */
export function checkFilesOf({workers}: Pick<Config, 'workers'>): string[] {
  const found = Object.values(workers.kinds).flatMap(({attestation, proofs, engine}) => [
    attestation?.rootFile ?? null,
    engine?.ca ?? null,
    ...(proofs === undefined || proofs.verify === 'worker' || proofs.models.size === 0
      ? []
      : [
          proofs.engineDir,
          ...[...proofs.models.values()].flatMap(({vk, settings, srs}) => [vk, settings, srs]),
        ]),
  ]);
  return [...new Set(found)].filter((path) => path !== null);
}
