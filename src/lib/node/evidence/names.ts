import {createHash} from 'node:crypto';
import type {JobKey} from '../../protocol/wire/messages.ts';

/** Ids are text from outside: only their hashes get into a path. */
const ID_DIGITS = 40;
const NAME = /^([0-9a-f]{40}-[0-9a-f]{40})-(\d{1,9})\.json\.gz$/;
const UNFINISHED = /^\.[0-9a-f]{32}\.tmp$/;

/** What the names of all receipts of a job id begin with. */
export function idPart(jobId: string): string {
  return `${hashOf(jobId)}-`;
}

/** What tells the receipt of one job from all others. */
export function keyPart({jobId, tag, position}: JobKey): string {
  return idPart(jobId) + hashOf(JSON.stringify([tag, position]));
}

/** @param hours of the journal's age when the receipt was kept */
export function evidenceName(key: string, hours: number): string {
  return `${key}-${hours}.json.gz`;
}

/** Reads the name of a file in an evidence directory; null: it is not one of ours. */
export function readName(name: string): {key: string; hours: number} | null {
  const [match, key = '', hours = ''] = NAME.exec(name) ?? [];
  return match === undefined ? null : {key, hours: Number(hours)};
}

/** A file that is being written. @param random 32 hex digits */
export const unfinishedName = (random: string): string => `.${random}.tmp`;

export const isUnfinished = (name: string): boolean => UNFINISHED.test(name);

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, ID_DIGITS);
}
