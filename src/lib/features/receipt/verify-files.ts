import {readGivenFile} from '../../cli/given-file.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {createCheck, type Check} from '../../protocol/receipt/check/check.ts';
import {MOST_RECEIPT_BYTES, readReceipt} from '../../protocol/receipt/document.ts';
import type {KindChecks} from '../../protocol/receipt/kind-check.ts';
import type {Parties} from '../../protocol/receipt/receipt.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {linksOf, type OpenKindChecks} from './kind-checks.ts';
import {nextForReceipt} from './next.ts';
import {NO_FACTS, receiptReport, type ReceiptReport} from './report.ts';

/**
 * Checks receipts, one after the other, and ends the checks. Of several files, one that cannot be read does not keep the others
 * from being checked.
 * @throws AosError INPUT_UNREADABLE | RECEIPT_INVALID for a single file, or the signal's reason
 */
export async function verifyFiles(
  files: readonly string[],
  of: {parties: Parties; checks: OpenKindChecks; signal: AbortSignal},
): Promise<ReceiptReport[]> {
  const {checks} = of;
  try {
    const check = createCheck(await loadVrf());
    const reports: ReceiptReport[] = [];
    for (const file of files)
      reports.push(await verifyFile(file, {...of, check, isAlone: files.length === 1}));
    return reports;
  } finally {
    await checks.close();
  }
}

async function verifyFile(
  file: string,
  of: {parties: Parties; checks: KindChecks; signal: AbortSignal; check: Check; isAlone: boolean},
): Promise<ReceiptReport> {
  const {parties, checks, signal, check, isAlone} = of;
  signal.throwIfAborted();
  try {
    const receipt = readReceipt(await readGivenFile(file, MOST_RECEIPT_BYTES, signal));
    const checked = check({...receipt, content: null}, parties);
    const links = await linksOf(checked, checks, signal);
    return receiptReport(file, links, checked, nextForReceipt({...checked, links}, receipt, parties));
  } catch (error) {
    if (!isAosError(error)) throw error;
    if (!isAlone) return unreadable(file, error);
    if (error.code === 'INPUT_UNREADABLE') throw error; // it names the file
    throw new AosError(error.code, `${safeText(file)}: ${error.message}`, {next: error.next});
  }
}

function unreadable(file: string, {code, message, next}: AosError): ReceiptReport {
  return {
    file,
    overall: 'unreadable',
    broken: null,
    problem: {code, message},
    links: [],
    next,
    ...NO_FACTS,
  };
}
