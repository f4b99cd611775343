import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {JobKey} from '../../../../src/lib/protocol/wire/messages.ts';
import type {MakeAnswer} from '../../../../src/lib/node/journal/journal.ts';
import type {Conclusion, InitialState} from '../../../../src/lib/node/journal/records.ts';
import {openJournal, type NodeJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir, newJob, VRF} from '../../../support/journal.ts';

const POSITIONS = ['before', 'after', 'other'] as const;
const TAG = 'malicious';

/** What is done about the job of a position; the operator does each of them at any time. */
const step = fc.record({
  at: fc.constantFrom(...POSITIONS),
  do: fc.constantFrom('receive', 'short', 'sample', 'answer', 'leave', 'retry', 'work', 'empty'),
});
/** Steps of one group begin at the same moment: their writes may share one transaction. */
const plan = fc.record({
  /** Positions whose kind of worker this node does not run: their answer is known without one. */
  foreign: fc.subarray([...POSITIONS]),
  groups: fc.array(fc.array(step, {minLength: 1, maxLength: 5}), {maxLength: 10}),
});

type Position = (typeof POSITIONS)[number];

/** The driver's steps, each as the operator has them, on one (job_id, tag). */
function node(journal: NodeJournal, jobId: string, foreign: readonly Position[]) {
  const seqs = new Map<Position, number>();
  let said = 0;
  const keyOf = (position: Position): JobKey => ({jobId, tag: TAG, position});
  const job = (position: Position) => newJob(jobId, {key: keyOf(position)});
  const content = (result: string, reason: string): string => JSON.stringify({result, reason});
  const unsupported = (): Conclusion => ({
    outcome: 'unsupported',
    vrf: VRF,
    content: content('', 'unsupported worker type'),
    at: 1,
  });
  const request = (seq: number) =>
    ({requestId: `${jobId} ${seq}`, seq, kind: 'opml', attempt: 1, askedAt: 1}) as const;
  const says =
    (result: string): MakeAnswer =>
    (_seq, _read, text) => ({
      outcome: text?.outcome ?? 'answered',
      vrf: VRF,
      content: content(text?.result ?? result, text?.reason ?? ''),
      at: 1,
    });
  const begin =
    (position: Position) =>
    (seq: number): InitialState =>
      foreign.includes(position)
        ? {state: 'concluded', answer: unsupported()}
        : {state: 'selected', vrf: VRF, first: request(seq)};

  async function take({do: what, at}: {do: string; at: Position}): Promise<void> {
    if (what === 'receive' || what === 'short') {
      const {record} = await journal.receive(job(at), what === 'short' ? begin(at) : undefined);
      seqs.set(at, record.seq);
      return;
    }
    const seq = seqs.get(at);
    if (seq === undefined) return;
    if (what === 'answer')
      await journal.answer(`${jobId} ${seq}`, `{"n":${said}}`, 1, says(`text ${(said += 1)}`));
    if (what === 'leave') await journal.leave(seq, 'no worker answered', 1);
    if (what === 'retry') await journal.retry(seq);
    if (what === 'empty') await journal.concludeText(seq, says(''));
    if (what === 'work' && journal.others({seq, key: keyOf(at)}).text !== null)
      await journal.concludeText(seq, says('never'));
    if (what !== 'sample' || journal.get(seq)?.state !== 'received') return;
    if (foreign.includes(at) && (await journal.conclude(seq, unsupported()))) return;
    const isShared = foreign.includes(at) || journal.others({seq, key: keyOf(at)}).isAsked;
    await journal.select(seq, VRF, isShared ? undefined : request(seq));
  }
  return {take, seqs};
}

it('one (job_id, tag) has one text, whichever kinds its positions have, and in whatever order they are worked on', () =>
  inTempDir(async (dir) => {
    const journal = await openJournal({dir, clockId: 1n});
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({foreign, groups}) => {
        const {take, seqs} = node(journal, `job-${(runs += 1)}`, foreign);
        for (const group of groups) await Promise.all(group.map(take));
        const texts = [...seqs.values()].flatMap((seq) => journal.get(seq)?.content ?? []);
        expect([...new Set(texts)].length).toBeLessThanOrEqual(1);
      }),
      {numRuns: 100},
    );
    await journal.close();
  }));
