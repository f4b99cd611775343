import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {Link} from '../../protocol/receipt/links.ts';

/**
 * The links with what was found out about the proof before the answer was sent, as the journal has it: the proof itself is not
 * kept, so that cannot be checked again.
 */
export function withProofSaid(
  links: readonly Link[],
  {checks}: Pick<JobDetailRecord, 'checks'>,
): readonly Link[] {
  const said = checks.flatMap(({results}) => results).findLast(({check}) => check === 'proof');
  if (said === undefined) return links;
  const mark = said.facts['proof'];
  const which = mark === undefined ? '' : ` (proof ${mark})`;
  const why = `checked before the answer was sent: ${said.message}${which}; the proof itself is not kept`;
  return links.map((link) =>
    link.link === 'proof' && link.verdict === 'not_checked' ? {...link, why} : link,
  );
}
