import type {Config} from '../../config/config.ts';
import {evidenceDirectory} from '../../node/evidence/directory.ts';
import {createEvidenceKeeper} from '../../node/evidence/keeper.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import type {OperatorDeps} from '../../node/operator/options.ts';
import {journalDisk} from './journal-disk.ts';

/** The journal with its disk, and what keeps receipts of jobs that it is about to pack; undefined: none are to be kept. */
export function journalParts(
  {node, chain, store}: Config,
  journal: NodeJournal,
): Pick<OperatorDeps, 'journal' | 'disk' | 'evidence'> {
  const {dir, evidence} = store;
  const facts = {nodeId: node.id, precision: chain.vrfSortPrecision};
  return {
    journal,
    disk: journalDisk(dir),
    evidence:
      evidence.mostBytes === 0
        ? undefined
        : createEvidenceKeeper(journal, evidenceDirectory(evidence), facts),
  };
}
