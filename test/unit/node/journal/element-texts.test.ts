import fc from 'fast-check';
import {expect, it} from 'vitest';
import {draftEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {createElementTexts, elementAt} from '../../../../src/lib/node/journal/element-texts.ts';

/** A frame with these jobs, as a dispatcher writes it. */
const frameOf = (jobs: readonly object[]): Buffer =>
  Buffer.from(
    draftEnvelope({
      id: 'e',
      method: 'dispatch_job',
      params: JSON.stringify(jobs),
      result: 'null',
      address: `0x${'11'.repeat(20)}`,
    }).seal(`${'0'.repeat(128)}1b`),
  );

it('the texts of jobs without a span are those of their own frame, in whatever order they are read (property)', () => {
  const jobs = fc.array(fc.record({job_id: fc.string(), n: fc.integer()}), {maxLength: 4});
  const reads = fc.array(fc.record({frame: fc.nat(2), index: fc.nat(4), isSpanned: fc.boolean()}), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.array(jobs, {minLength: 1, maxLength: 3}), reads, (all, order) => {
      const frames = [...all.map(frameOf), Buffer.from('no frame')];
      const texts = createElementTexts();
      for (const {frame, index, isSpanned} of order) {
        const bytes = frames[frame % frames.length]!;
        if (isSpanned) texts.letGo();
        expect(texts.at(Buffer.from(bytes), index)).toBe(elementAt(bytes, index));
      }
    }),
    {numRuns: 50},
  );
});

it('a frame of the same length with another job is another frame', () => {
  const texts = createElementTexts();
  expect(texts.at(frameOf([{job_id: 'a'}]), 0)).toBe('{"job_id":"a"}');
  expect(texts.at(frameOf([{job_id: 'b'}]), 0)).toBe('{"job_id":"b"}');
});
