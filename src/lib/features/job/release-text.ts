import {ether} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {CheckJson} from './checks.ts';
import type {JobDetail} from './detail.ts';
import type {ReleaseResult, ReleasingNode} from './release.ts';

/** Most characters of an answer, and of a fact of its check, that the question shows. */
const MOST_SHOWN = 2_000;

/** What is to be signed, why it was held, and what is at stake: shown before the question. */
export function heldText(
  {seq, jobId, tag, position, kind, model}: JobDetail,
  {answer, code, message, results}: CheckJson,
  {nodeId, penaltyWei}: ReleasingNode,
): string {
  const safe = (text: string): string => safeText(text, MOST_SHOWN);
  const text = answer ?? '';
  const cut = text.length > MOST_SHOWN ? `, cut here: aos job show '#${seq}' --full shows all` : '';
  const place = tag === '' ? '' : ` [${safe(tag)}${position === '' ? '' : `/${safe(position)}`}]`;
  const facts = results
    .filter(({verdict}) => verdict === 'held')
    .flatMap((result) => Object.entries(result.facts))
    .map(([name, fact]) => `  ${name}: ${safe(fact)}`);
  return [
    `job #${seq} ${safe(jobId)}${place}, ${safe(kind)} ${safe(model)}`,
    `held: ${safe(message ?? '')}${code === null ? '' : ` (${code})`}`,
    ...facts,
    `${nodeId} signs this text as the result of the job (${Buffer.byteLength(text)} bytes${cut}):`,
    safe(text),
    `It is final: the node never signs another. If the network finds it an incorrect result, that costs ${ether(penaltyWei)} ETH of stake.`,
  ].join('\n');
}

/** What was done, for people. */
export function releaseText({released, by, job: {seq}}: ReleaseResult): string {
  if (!released) return `the answer to job #${seq} stays held`;
  const who = by === 'operator' ? 'the operator delivers' : 'the operator, when it starts, delivers';
  return `${who} the released answer of job #${seq}`;
}
