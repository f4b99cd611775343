import {middle, wrap} from '../../foundation/text/cells.ts';
import {count} from '../../foundation/text/words.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {LINKS, type Link, type LinkName, type Verdict} from '../../protocol/receipt/links.ts';
import type {JobsReport} from './job-report.ts';
import type {ReceiptReport} from './report.ts';

const LABEL = 14;
const LEAST_WIDTH = 50;
/** Of a prompt or an answer. */
const CLIPPED = 400;
/** Of what is said of a link: more than any of our own texts has. */
const MOST_WHY = 2_000;

/** A verdict as people read it. */
export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  valid: 'valid',
  broken: 'BROKEN',
  not_signed: 'not signed',
  not_checked: 'not checked',
  not_here: 'not here',
};

/** What each link says when it is valid. */
export const LINK_TEXT: Readonly<Record<LinkName, string>> = {
  dispatcher: 'the dispatcher signed the message with the job',
  job: 'the result is about that job',
  vrf: 'the VRF proof proves the random value',
  range: 'by the range the random value says the same',
  clock: 'the clock of the result follows that of the job',
  answer: 'the result is what the worker sent, or that there is none',
  proof: 'the proof of the model verifies',
  attestation: 'the enclave attests the answer',
  operator: 'the operator signed the result',
  chain: 'the clock readings are of one hash chain',
  reply: 'the dispatcher accepted the result',
};

/** What is said of receipts, for people. */
export function receiptsText(reports: readonly ReceiptReport[], width: number, next: RenderNext): string {
  return reports.map((report) => receiptText(report, width, next).join('\n')).join('\n\n');
}

function receiptText(report: ReceiptReport, width: number, next: RenderNext): string[] {
  const {file, problem, result, job, prompt, links} = report;
  const row = rows(width);
  const head = row(headOf(report), safeText(file));
  if (problem !== null) return [...head, ...row('', safeText(problem.message))];
  return [
    ...head,
    ...(result === null
      ? row('', 'No valid signature binds what it says, so nothing of it is shown.')
      : [
          ...row('  operator', result.operator),
          ...row('  job', safeText(result.jobId, CLIPPED)),
          ...row('  tag', safeText(result.tag)),
          ...row('  user', safeText(result.user)),
          ...row('  prompt', prompt === null ? '' : safeText(prompt, CLIPPED)),
          ...row('  selected', result.selected ? 'yes' : 'no'),
          ...row('  result', safeText(result.result, CLIPPED)),
          ...row('  reason', safeText(result.reason)),
          ...row('  vrf key', result.vrfPublicKey),
        ]),
    ...(job === null
      ? []
      : [
          ...row('  dispatcher', job.dispatcher),
          ...row('  kind', safeText(job.model === '' ? job.kind : `${job.kind}, model ${job.model}`)),
        ]),
    '',
    ...linkLines(links, width),
    ...(report.next === null ? [] : row('', `→ ${next(report.next)}`)),
  ];
}

function headOf({overall, broken}: ReceiptReport): string {
  switch (overall) {
    case 'valid':
      return 'valid';
    case 'incomplete':
      return 'incomplete';
    case 'unreadable':
      return 'UNREADABLE';
    case 'broken':
      return `BROKEN (${broken ?? ''})`;
  }
}

/** The links, one a line, in their order. What checks said before comes out of a journal, which may have been changed. */
export function linkLines(links: readonly Link[], width: number): string[] {
  const row = rows(width);
  return LINKS.flatMap((name) =>
    links
      .filter(({link}) => link === name)
      .flatMap(({verdict, why}) =>
        row(
          `  ${name}`,
          `${VERDICT_TEXT[verdict].padEnd(12)} ${why === null ? LINK_TEXT[name] : safeText(why, MOST_WHY)}`,
        ),
      ),
  );
}

function rows(width: number): (label: string, text: string) => string[] {
  const room = Math.max(LEAST_WIDTH, width) - LABEL;
  return (label, text) => {
    if (text === '') return [];
    const [first = '', ...rest] = wrap(text, room);
    return [`${label.padEnd(LABEL - 1)} ${first}`, ...rest.map((line) => ' '.repeat(LABEL) + line)];
  };
}

/** What was checked again of the journal, for people. */
export function jobsText(report: JobsReport, width: number, next: RenderNext): string {
  const {overall, checked, valid, incomplete, broken, incompleteBy, chain, jobs, strangers} = report;
  const lines = jobs.flatMap((job) => [
    `${job.overall === 'broken' ? `BROKEN (${job.broken ?? ''})` : job.overall}${job.seq === null ? '' : `  #${job.seq}`}  ${safeText(middle(job.jobId, 66))}`,
    ...linkLines(job.links, width),
    '',
  ]);
  return [
    ...lines,
    checked === 0
      ? 'the journal has no job: nothing was checked'
      : `${overall === 'broken' ? 'BROKEN' : overall}: ${count(checked, 'job')} checked, ${valid} valid, ${incomplete} incomplete, ${broken} broken`,
    ...(checked === 1
      ? []
      : incompleteBy.map(
          ({link, verdict, jobs: n}) => `  ${count(n, 'job')}: ${link} ${VERDICT_TEXT[verdict]}`,
        )),
    `clock readings: ${chain.readings}, ${VERDICT_TEXT[chain.verdict]}${chain.why === null ? '' : `: ${chain.why}`}`,
    ...strangers.map(
      ({address, jobs: signed}) => `${count(signed, 'job')} signed by ${address}, no known dispatcher`,
    ),
    ...(report.next === null ? [] : [`→ ${next(report.next)}`]),
  ].join('\n');
}
