import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {Link} from '../../protocol/receipt/links.ts';

/**
 * The links with what was found out about the proof before the answer was sent, as the journal has it, where the proof itself is
 * not kept and cannot be checked again.
 */
export function withProofSaid(
  links: readonly Link[],
  {checks, proof}: Pick<JobDetailRecord, 'checks' | 'proof'>,
): readonly Link[] {
  const said = checks.flatMap(({results}) => results).findLast(({check}) => check === 'proof');
  if (said === undefined || proof !== null) return links;
  const mark = said.facts['proof'];
  const which = mark === undefined ? '' : ` (proof ${mark})`;
  const why = `checked before the answer was sent: ${said.message}${which}; the proof itself is not kept`;
  return links.map((link) =>
    link.link === 'proof' && link.verdict === 'not_checked' ? {...link, why} : link,
  );
}
