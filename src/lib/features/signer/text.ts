import {checkLines, foldedLines, verdictLines, type ListStyle} from '../../cli/check-list.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {SignerReport} from './check.ts';

/**
 * The report for people: what is well in one line, what is not with the one thing to do, and the verdict at the end.
 * @param all every step with what was asked, what came back and what it means
 */
export function signerText(report: SignerReport, style: ListStyle, {all}: {all: boolean}): string {
  const {steps, latency, signer, address} = report;
  const listed = steps.map((step) => ({...step, found: foundText(step, all)}));
  const where = signer === null ? address : `${address} at ${signer}`;
  const speed = latency === null ? '' : `, eth_sign p50 ${latency.p50} ms, p95 ${latency.p95} ms`;
  return [
    ...(all ? checkLines(listed, style) : foldedLines(listed, style)),
    '',
    ...wrap(`Signer: ${where}${speed}`, style.width),
    ...verdictLines(listed, style),
  ].join('\n');
}

function foundText({state, asked, found, means}: SignerReport['steps'][number], all: boolean): string {
  if (state === 'skipped') return `skipped: ${means}`;
  return all ? `${asked} → ${found}: ${means}` : `${found}: ${means}`;
}
