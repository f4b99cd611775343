import {wrap} from '../../foundation/text/cells.ts';
import {Chalk, type ChalkInstance} from 'chalk';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {SignerReport, StepReport} from './check.ts';

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

/** A terminal with less room beside the names has what belongs to a name below it. */
const LEAST_ROOM = 30;

/**
 * The report for people: a line a step with what was asked, what came back and what it means; below a step that
 * failed or warns, the one thing to do. `ascii` is for terminals without Unicode.
 * @param width columns of the terminal, at which lines are broken below their own text; null: a line a step
 */
export function renderSignerReport(
  report: SignerReport,
  {color, ascii = false, width = null}: {color: boolean; ascii?: boolean; width?: number | null},
): string {
  const chalk = new Chalk({level: color ? 1 : 0});
  const arrow = ascii ? '->' : '→';
  const beside = (ascii ? 3 : 2) + WIDTH + 2;
  const isNarrow = width !== null && width - beside < LEAST_ROOM;
  const indent = isNarrow ? 4 : beside;
  const broken = (text: string): string[] =>
    width === null ? [text] : wrap(text, Math.max(20, width - indent));
  const below = (lines: readonly string[]): string[] => lines.map((line) => ' '.repeat(indent) + line);

  const lines = report.steps.flatMap((step) => {
    const {mark, ascii: plain, paint} = MARKS[step.state];
    const head = `${paint(chalk, ascii ? plain : mark)} ${step.id}`;
    const told =
      step.state === 'skipped'
        ? broken(`skipped: ${step.means}`).map((line) => chalk.dim(line))
        : broken(`${safeText(step.asked)} ${arrow} ${safeText(step.got)}: ${safeText(step.means)}`);
    const [first = '', ...rest] = told;
    const gap = ' '.repeat(WIDTH - step.id.length + 2);
    const fix = step.fix === null ? [] : broken(`fix: ${safeText(step.fix)}`);
    const todo = fix.map((line, index) => (index === 0 ? line.replace('fix:', chalk.bold('fix:')) : line));
    return isNarrow
      ? [head, ...below([...told, ...todo])]
      : [`${head}${gap}${first}`, ...below([...rest, ...todo])];
  });
  const end = width === null ? [summary(report)] : wrap(summary(report), width);
  const text = [...lines, ...end, ''].join('\n');
  return ascii ? text.replaceAll('’', "'").replaceAll('…', '...') : text;
}
