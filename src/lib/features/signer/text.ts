import {
  checkLines,
  foldedLines,
  verdictLines,
  type ListedCheck,
  type ListStyle,
} from '../../cli/check-list.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {SignerReport} from './check.ts';
import type {SignersReport} from './check-line.ts';

/**
 * The report for people: what is well in one line, what is not with the one thing to do, and the verdict at the end. A list
 * for each signer that stands in, whose failures are warnings.
 * @param all every step with what was asked, what came back and what it means
 */
export function signerText(report: SignersReport, style: ListStyle, {all}: {all: boolean}): string {
  const {steps, standby, address} = report;
  const show = (checks: readonly ListedCheck[]): string[] =>
    all ? checkLines(checks, style) : foldedLines(checks, style);
  const listed = listOf(steps, all);
  const others = standby.map((other) => ({
    name: `Stands in: ${placeOf(other)}`,
    at: other.signer === null ? '' : ` at ${new URL(other.signer).host}`,
    checks: listOf(other.steps, all).map((check): ListedCheck =>
      check.state === 'fail' ? {...check, state: 'warn'} : check,
    ),
  }));
  return [
    ...show(listed),
    ...others.flatMap(({name, checks}) => ['', ...wrap(name, style.width), ...show(checks)]),
    '',
    ...wrap(`Signer: ${report.signer === null ? address : `${address} at ${placeOf(report)}`}`, style.width),
    ...verdictLines(
      [...listed, ...others.flatMap(({at, checks}) => checks.map((one) => ({...one, id: `${one.id}${at}`})))],
      style,
    ),
  ].join('\n');
}

/** Its URL, and how fast it signs. */
function placeOf({signer, latency}: SignerReport): string {
  const speed = latency === null ? '' : `, eth_sign p50 ${latency.p50} ms, p95 ${latency.p95} ms`;
  return `${signer ?? 'a URL that is not usable'}${speed}`;
}

function listOf(steps: SignerReport['steps'], all: boolean): ListedCheck[] {
  return steps.map((step) => ({...step, found: foundText(step, all)}));
}

function foundText({state, asked, found, means}: SignerReport['steps'][number], all: boolean): string {
  if (state === 'skipped') return `skipped: ${means}`;
  return all ? `${asked} → ${found}: ${means}` : `${found}: ${means}`;
}
