import {CHECKS, categoryOf} from './registry.ts';
import type {DoctorReport} from './report.ts';
import type {Plan} from './select.ts';
import {checkLines, foldedLines, verdictLines, type ListStyle} from '../../cli/check-list.ts';
import {pad, wrap} from '../../foundation/text/cells.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {count} from '../../foundation/text/words.ts';

/**
 * The report for people: what is well in one line for each category, what is not with the one thing to do, and the verdict
 * at the end, where it stays on the screen.
 * @param all every check with what was found
 */
export function doctorText(report: DoctorReport, style: ListStyle, {all}: {all: boolean}): string {
  const {checks} = report;
  return [
    ...(all ? byCategory(checks, style) : foldedLines(checks, style)),
    '',
    ...wrap(aboutText(report), style.width),
    ...verdictLines(leftoversLast(checks), style),
  ].join('\n');
}

/** Sockets that a killed operator left are removed by its next start: to start it comes before them. */
function leftoversLast(checks: DoctorReport['checks']): DoctorReport['checks'] {
  const isLeftover = ({id, state}: DoctorReport['checks'][number]): boolean =>
    id === 'files.sockets' && state === 'warn';
  return [...checks.filter((check) => !isLeftover(check)), ...checks.filter(isLeftover)];
}

/** Every check, an empty line between categories. */
function byCategory(checks: DoctorReport['checks'], style: ListStyle): string[] {
  const names = Math.max(0, ...checks.map(({id}) => id.length));
  return checks.flatMap((check, index) => {
    const before = checks[index - 1];
    const isNew = before !== undefined && categoryOf(before.id) !== categoryOf(check.id);
    return [...(isNew ? [''] : []), ...checkLines([check], style, names)];
  });
}

function aboutText({nodeId, network, config, tookMs}: DoctorReport): string {
  return [
    nodeId === null ? 'Node: unknown' : `Node: ${nodeId} on ${safeText(network ?? '?', 20)}`,
    config === null ? 'no configuration file' : safeText(config, 200),
    `${(tookMs / 1000).toFixed(1)} s`,
  ].join(', ');
}

/** Every check with what it is about. */
export function checkListText(plan: Plan, width: number): string {
  const shown = CHECKS.filter(({id}) => plan.asked.has(id));
  const names = Math.max(0, ...shown.map(({id}) => id.length)) + 2;
  return shown
    .flatMap(({id, about}) => {
      const [first = '', ...rest] = wrap(about, Math.max(20, width - names));
      return [`${pad(id, names)}${first}`, ...rest.map((line) => ' '.repeat(names) + line)];
    })
    .concat('', count(shown.length, 'check'))
    .join('\n');
}
