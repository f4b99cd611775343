import {expect, it} from 'vitest';
import {inBudget} from '../../../../../src/lib/node/operator/job/heavy-jobs.ts';
import type {Job, Next} from '../../../../../src/lib/node/operator/job/job.ts';
import {jobRecord} from '../../../../support/evidence.ts';
import {settled} from '../../../../support/virtual-time.ts';

const MIB = 1024 * 1024;

it('has only so much in memory at once, by the bytes of the jobs, and holds no record of those that wait', async () => {
  const sizes = [1_000, 7 * MIB, 7 * MIB, 60 * MIB, 1_000, 7 * MIB];
  const jobs: Job[] = sizes.map((_, seq) => ({seq}));
  const begun: number[] = [];
  const open = new Map<number, () => void>();
  const step = inBudget(
    (job) =>
      new Promise<Next>((resolve) => {
        begun.push(job.seq);
        open.set(job.seq, () => resolve('done'));
      }),
    {
      journal: {get: (seq: number) => jobRecord({seq, content: 'x'.repeat(sizes[seq] ?? 0)})} as never,
      signal: new AbortController().signal,
    },
  );
  const ended = jobs.map((job) => step(job));
  await settled();
  expect(begun).toEqual([0, 4, 1, 2]);
  expect(jobs.map(({record}) => record !== undefined)).toEqual([true, false, false, false, true, false]);
  const end = async (seq: number): Promise<void> => {
    open.get(seq)?.();
    await settled();
  };
  await end(1);
  expect(begun).toEqual([0, 4, 1, 2]);
  await end(2);
  expect(begun).toEqual([0, 4, 1, 2, 3]);
  await end(3);
  expect(begun).toEqual([0, 4, 1, 2, 3, 5]);
  for (const seq of [0, 4, 5]) await end(seq);
  expect(await Promise.all(ended)).toEqual(sizes.map(() => 'done'));
});
