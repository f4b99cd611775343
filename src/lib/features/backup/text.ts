import {count} from '../../foundation/text/words.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {BackupResult} from './create.ts';
import type {RestoreResult} from './restore.ts';

const MOST_PATH = 300;
const MIB = 2 ** 20;

function bytesText(bytes: number): string {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / MIB)} MiB`;
}

function about({nodeId, network, createdAt, jobs, openJobs, journalBytes, files, aos}: BackupResult): string {
  const named = files.length === 0 ? 'no file beside it' : files.join(', ');
  return `  node     ${nodeId} on ${safeText(network)}
  made     ${createdAt} by aos ${safeText(aos)}
  journal  ${count(jobs, 'job')}, ${openJobs} of them open, ${bytesText(journalBytes)}
  files    config.yaml; ${named}`;
}

export function createdText(result: BackupResult): string {
  return `backup written: ${safeText(result.file, MOST_PATH)}, ${bytesText(result.bytes ?? 0)}
${about(result)}
Keep it on another machine, and the passphrase apart from it; check it there: aos backup verify FILE`;
}

export function verifiedText(result: BackupResult): string {
  return `whole: ${safeText(result.file, MOST_PATH)}
${about(result)}`;
}

export function restoredText(result: RestoreResult): string {
  const {dir, openJobs} = result;
  const held =
    openJobs === 0
      ? 'No job was open in it.'
      : openJobs === 1
        ? '1 job that was open in it is shown (aos job list), and not delivered.'
        : `${openJobs} jobs that were open in it are shown (aos job list), and not delivered.`;
  return `restored: ${safeText(dir, MOST_PATH)}
${about(result)}
${held} Until the retention is over, each job that comes is looked up at the dispatcher before it is answered;
aos run --accept-all lifts both. Look at the addresses in the configuration (net.rest_url, net.outer_url, the signer) before the start.`;
}
