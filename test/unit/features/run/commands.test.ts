import {expect, it} from 'vitest';
import {commandsOf} from '../../../../src/lib/features/run/commands.ts';
import type {ShownAnswer} from '../../../../src/lib/node/journal/verdicts.ts';

/** An operator that notes what it is to release. */
function releasing() {
  const released: [number, ShownAnswer | null][] = [];
  const unasked = (): never => {
    throw new Error('not asked');
  };
  const carryOut = commandsOf(
    {
      checkWorkers: unasked,
      askAgain: unasked,
      release(seq, shown) {
        released.push([seq, shown]);
        return Promise.resolve('released');
      },
      door: {} as Parameters<typeof commandsOf>[0]['door'],
    },
    {stop: unasked, reload: unasked},
  );
  const signal = new AbortController().signal;
  return {released, release: (args: Record<string, string>) => carryOut('release', args, signal)};
}

it('releases the answer that is named, and whichever is held for a client that names none', async () => {
  const {released, release} = releasing();
  expect(await release({job: '7', answer: '2@1700000000000'})).toEqual({state: 'released'});
  expect(await release({job: '8'})).toEqual({state: 'released'});
  expect(released).toEqual([
    [7, {attempt: 2, at: 1_700_000_000_000}],
    [8, null],
  ]);
});

it.each<Record<string, string>>([
  {job: '7', answer: ''},
  {job: '7', answer: '2'},
  {job: '7', answer: '2@'},
  {job: '7', answer: '-1@1700000000000'},
  {job: '7', answer: ' 2@1700000000000'},
  {job: '7', answer: '2@1700000000000\n3'},
  {job: '', answer: '2@1700000000000'},
  {job: '7,8', answer: '2@1700000000000'},
  {job: 'x', answer: '2@1700000000000'},
  {job: '0', answer: '2@1700000000000'},
  {answer: '2@1700000000000'},
])('releases nothing for %j', async (args) => {
  const {released, release} = releasing();
  await expect(release(args)).rejects.toMatchObject({code: 'USAGE'});
  expect(released).toEqual([]);
});
