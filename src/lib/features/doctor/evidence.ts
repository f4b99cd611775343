import {statSync, type Stats} from 'node:fs';
import type {EvidenceConfig} from '../../config/config.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import {evidenceSize} from '../../node/evidence/kept-receipts.ts';
import {blocked, fail, notApplicable, octal, ok, warn, type Finding} from './check.ts';

const MIB = 1024 * 1024;
/** Share of its size from which the oldest are about to go. */
const NEARLY = 0.9;

/** The directory of receipts that outlast the journal, and how full it is. */
export function judgeEvidence(evidence: EvidenceConfig | null, uid: number): Finding {
  if (evidence === null) return blocked('config.valid', 'neither store.dir nor node.node_id is known');
  const {dir, mostBytes} = evidence;
  const name = sanitizeText(dir);
  if (mostBytes === 0)
    return notApplicable('node.evidence_mib is 0: no receipt outlasts the evidence period');
  try {
    const stat = statSync(dir, {throwIfNoEntry: false});
    const unfit = stat === undefined ? null : judgeDirectory(stat, name, uid);
    if (unfit !== null) return unfit;
    const size = evidenceSize(dir);
    if (size === null) return notApplicable(`${name} is not there yet: no job was packed so far`);
    const found = `${name}: ${count(size.files, 'receipt')}, ${mib(size.bytes)} of ${mib(mostBytes)}`;
    if (size.bytes < mostBytes * NEARLY) return ok(found);
    return warn(
      `${found}: the oldest go before their time`,
      say('Set node.evidence_mib to more, or copy receipts away.'),
    );
  } catch (error) {
    return fail(`${name} cannot be read: ${errorText(error)}`, say(`ls -ld ${name}`));
  }
}

function judgeDirectory(stat: Stats, name: string, uid: number): Finding | null {
  if (!stat.isDirectory()) return fail(`${name} is no directory`, say('Correct node.evidence_dir.'));
  if (stat.uid !== uid && uid !== 0)
    return fail(
      `${name} belongs to user ${stat.uid}, this is ${uid}`,
      say(`Run as its user, or: sudo chown -R ${uid} ${name}`),
    );
  if ((stat.mode & 0o077) !== 0)
    return fail(
      `${name} has mode ${octal(stat.mode)}: others can read the names of receipts, or put some there`,
      say(`chmod 700 ${name}`),
    );
  return null;
}

function mib(bytes: number): string {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round(bytes / MIB)} MiB`;
}
