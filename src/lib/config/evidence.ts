import {join} from 'node:path';
import type {EvidenceConfig} from './config.ts';
import {nodeStateDir} from './paths.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';

const MIB = 1024 * 1024;
const YEAR_MS = 365 * 86_400_000;

/**
 * The evidence directory of a node: `evidence` beside its journal, or one of its own in the directory that is named, which
 * several nodes may name.
 * @param named `node.evidence_dir`; null: it is not set
 */
export function evidenceConfig(
  resolved: Resolved,
  named: string | null,
  node: {storeDir: string; network: string; nodeId: string},
): EvidenceConfig {
  const {storeDir, network, nodeId} = node;
  return {
    dir: named === null ? join(storeDir, 'evidence') : nodeStateDir({state: named}, network, nodeId),
    // These have defaults.
    mostBytes: (resolved.one(FIELDS.evidenceMib) ?? 1024) * MIB,
    keepMs: resolved.one(FIELDS.evidenceKeep) ?? YEAR_MS,
  };
}
