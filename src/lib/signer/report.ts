import {Chalk, type ChalkInstance} from 'chalk';
import {EXIT, type ExitCode} from '../error-table.ts';
import {safeText} from '../output/safe-text.ts';
import type {SignerReport, StepReport} from './checks.ts';

type State = StepReport['state'];

const MARKS: Readonly<
  Record<State, {mark: string; ascii: string; paint: (chalk: ChalkInstance, text: string) => string}>
> = {
  ok: {mark: '✓', ascii: 'ok', paint: (chalk, text) => chalk.green(text)},
  warn: {mark: '!', ascii: '!!', paint: (chalk, text) => chalk.yellow(text)},
  fail: {mark: '✗', ascii: 'XX', paint: (chalk, text) => chalk.red(text)},
  skipped: {mark: '·', ascii: '--', paint: (chalk, text) => chalk.dim(text)},
};

const WIDTH = 'eth_signTransaction'.length;

/** The exit code of a report: 0 ok, 3 when a step failed, 4 when one warns. */
export function signerExitCode({verdict}: Pick<SignerReport, 'verdict'>): ExitCode {
  switch (verdict) {
    case 'ok':
      return EXIT.ok;
    case 'warn':
      return EXIT.warn;
    case 'fail':
      return EXIT.no;
  }
}

function summary({steps, latency, signer, address}: SignerReport): string {
  const count = (state: State): number => steps.filter((step) => step.state === state).length;
  const where = signer === null ? '' : ` ${address} at ${signer}:`;
  const skipped = count('skipped');
  const parts = [
    `${count('ok')} ok`,
    `${count('warn')} to look at`,
    `${count('fail')} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const speed = latency === null ? '' : `; eth_sign p50 ${latency.p50} ms, p95 ${latency.p95} ms`;
  return `signer check:${where} ${parts.join(', ')}${speed}`;
}

/**
 * The report for people: a line a step with what was asked, what came back and what it means; below a step that
 * failed or warns, the one thing to do. `ascii` is for terminals without Unicode.
 */
export function renderSignerReport(
  report: SignerReport,
  {color, ascii = false}: {color: boolean; ascii?: boolean},
): string {
  const chalk = new Chalk({level: color ? 1 : 0});
  const arrow = ascii ? '->' : '→';
  const lines = report.steps.flatMap((step) => {
    const {mark, ascii: plain, paint} = MARKS[step.state];
    const head = `${paint(chalk, ascii ? plain : mark)} ${step.id.padEnd(WIDTH)}`;
    if (step.state === 'skipped') return [`${head}  ${chalk.dim(`skipped: ${step.means}`)}`];
    const line = `${head}  ${safeText(step.asked)} ${arrow} ${safeText(step.got)}: ${safeText(step.means)}`;
    return step.fix === null
      ? [line]
      : [
          line,
          `${' '.repeat(ascii ? 3 : 2)}${' '.repeat(WIDTH)}  ${chalk.bold('fix:')} ${safeText(step.fix)}`,
        ];
  });
  const text = [...lines, summary(report), ''].join('\n');
  return ascii ? text.replaceAll('’', "'").replaceAll('…', '...') : text;
}
