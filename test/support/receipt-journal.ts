import {parseJson, isJsonObject} from '../../src/lib/protocol/wire/json.ts';
import type {Receipt} from '../../src/lib/protocol/receipt/receipt.ts';
import type {Vrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import type {Judgement} from '../../src/lib/node/journal/verdicts.ts';
import type {NodeJournal} from '../../src/lib/node/journal/sqlite.ts';
import {bodyOf, DISPATCHER, receiptFor, type Story} from './receipts.ts';
import {newJob} from './journal.ts';

/** How far a job of a story is. */
export type Until = 'received' | 'selected' | 'concluded' | 'unanswered' | 'accepted';

/** Puts the job of a story into a journal, as the operator does. @returns its number */
export async function addJob(
  journal: NodeJournal,
  vrf: Vrf,
  story: Story & {jobId: string; until?: Until; judged?: Judgement},
): Promise<number> {
  const {jobId, until = 'accepted', tag = '', position = ''} = story;
  const receipt = receiptFor(vrf, story);
  const {frame} = receipt;
  const {record} = await journal.receive(
    newJob(jobId, {
      key: {jobId, tag, position},
      frame: frame?.bytes ?? Buffer.of(),
      kind: story.kind ?? 'opml',
      signer: story.isSigned === false ? null : DISPATCHER,
      clock: new Map([[1n, 41]]),
    }),
  );
  const {seq} = record;
  if (until === 'received') return seq;
  const range = {start: 0n, end: story.isSelected === false ? 0n : 600_000n, max: 600_000n, block: 5n};
  const content = contentIn(receipt);
  const conclusion = {vrf: receipt.vrf, content, at: 2_000};
  if (story.isSelected === false) await journal.conclude(seq, {...conclusion, outcome: 'unselected', range});
  else {
    const requestId = `q-${seq}`;
    const first = {requestId, seq, kind: story.kind ?? 'opml', attempt: 1, askedAt: 1_500} as const;
    await journal.select(seq, receipt.vrf, first, range);
    if (until === 'selected') return seq;
    if (until === 'unanswered') {
      await journal.leave(seq, 'no opml worker answered', 2_000);
      return seq;
    }
    const {judged} = story;
    const answer = {...conclusion, outcome: 'answered'} as const;
    await journal.answer(requestId, bodyOf(story), 2_000, () =>
      judged === undefined ? answer : {toCheck: true},
    );
    if (judged !== undefined) await journal.checks.judge(requestId, judged, 2_000, () => answer);
    if (judged?.verdict === 'held') await journal.checks.release(seq, null, 2_000, () => answer);
  }
  if (until === 'concluded') return seq;
  await journal.accepted(seq, 3_000, deliveryIn(receipt), receipt.reply);
  return seq;
}

function contentIn({result}: Receipt): string {
  return /"params":\[(\{.*\})\],"result":null/.exec(Buffer.from(result).toString())?.[1] ?? '';
}

function deliveryIn({result}: Receipt): {envelopeId: string; signature: string; at: number} {
  const {value} = parseJson(result);
  const text = (name: string): string => {
    const member = isJsonObject(value) ? value.get(name) : undefined;
    return typeof member === 'string' ? member : '';
  };
  return {envelopeId: text('id'), signature: text('signature'), at: 2_500};
}
