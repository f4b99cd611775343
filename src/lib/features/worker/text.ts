import {checkLines, plainText, verdictLines, type ListedCheck, type ListStyle} from '../../cli/check-list.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {WorkerCheckReport} from './check.ts';

const PREVIEW = 100;

/** The report for people: each worker with its checks and the beginning of its answer, and the verdict at the end. */
export function workerCheckText(
  {workers, askedBy, callbackUrl}: WorkerCheckReport,
  style: ListStyle,
): string {
  const isOne = workers.length === 1;
  const listed = workers.map(({kind, url, checks}) =>
    checks.map((check): ListedCheck => ({
      ...check,
      id: isOne ? check.id : `${hostOf(url)} ${check.id}`,
      because: check.state === 'skipped' ? `${kind} worker` : null,
    })),
  );
  const all = listed.flat();
  const names = Math.max(...all.map(({id}) => id.length));
  const lines = workers.flatMap(({kind, url, answer}, index) => {
    const said =
      answer === null
        ? []
        : wrap(plainText(`said: ${JSON.stringify(answer.text.slice(0, PREVIEW))}`, style), style.width);
    const root = answer === null || answer.stateRoot === '' ? [] : [`state root: ${answer.stateRoot}`];
    const attested =
      answer === null || answer.attestation === ''
        ? []
        : [`attestation: ${answer.attestation.slice(0, PREVIEW)}`];
    const engine =
      answer === null || answer.engine === ''
        ? []
        : wrap(plainText(`engine: ${answer.engine}`, style), style.width);
    return [
      ...wrap(plainText(`${kind} worker at ${url}`, style), style.width),
      ...checkLines(listed[index] ?? [], style, names),
      ...said,
      ...engine,
      ...[...root, ...attested].map((line) => plainText(line, style)),
      '',
    ];
  });
  const by = askedBy === 'operator' ? 'asked by the operator that runs' : 'asked by this command';
  return [
    ...lines,
    ...wrap(`${by}; answers go to ${callbackUrl}`, style.width),
    ...verdictLines(all, style),
  ].join('\n');
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
