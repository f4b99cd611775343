import {describe, expect, it} from 'vitest';
import {lineCells, type Line} from '../../../../src/lib/features/dashboard/model/line.ts';
import {drawScreen} from '../../../../src/lib/features/dashboard/screen.ts';
import type {HeldAnswers, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {after, healthyEvents, job, more, sceneOf, START} from '../../../support/dash-scenes.ts';

const NOW = START + 650_000;
const MINUTE = 60_000;

const textOf = (line: Line): string => line.map(({text}) => text).join('');

function drawn(
  held: Partial<HeldAnswers>,
  {columns = 80, rows = 24, last = []}: {columns?: number; rows?: number; last?: OperatorEventBody[]} = {},
) {
  const events: OperatorEventBody[] = [
    {type: 'job_answered', job: job(8), request: 'r8', ms: 9},
    {type: 'job_held', job: job(8), code: 'ANSWERS_DIFFER', message: 'the two differ', then: 'wait'},
    {type: 'answers_held', count: 1, oldestAt: NOW - MINUTE, dueAt: NOW + 89 * MINUTE, dueJob: 8, ...held},
    {
      ...{type: 'problem', part: 'jobs', code: 'ANSWER_HELD', message: 'the answer to job #8 is held'},
      next: run('job show', ['#8']),
    },
    ...last,
  ];
  const all = more(
    healthyEvents(),
    ...events.map((event) => [NOW - START, event] as [number, OperatorEventBody]),
  );
  const scene = sceneOf(after(all), NOW);
  const {blocks} = drawScreen(scene, {columns, rows});
  const lines = blocks.flatMap((block) => block.lines);
  const rowOf = (start: RegExp): string | undefined => lines.map(textOf).find((line) => start.test(line));
  return {lines, rowOf, row: rowOf(/^ {2}HELD/)?.trimEnd()};
}

describe('held answers in the dashboard', () => {
  it('have a row: how many, when the first of them ends, and what to type', () => {
    expect(drawn({}).row).toBe(
      "  HELD       ✗ FAIL    1 answer · job #8 ends in 1h29m · → aos job release '#8'",
    );
    expect(drawn({count: 3}).row).toBe(
      '  HELD       ✗ FAIL    3 answers · job #8 ends in 1h29m · → aos job list --held',
    );
    expect(drawn({count: 0, oldestAt: null, dueAt: null, dueJob: null}).row).toBeUndefined();
  });

  it('say since when where the deadline is not known, as of an operator of an earlier version', () => {
    expect(drawn({dueAt: null, dueJob: null}).row).toBe(
      '  HELD       ✗ FAIL    1 answer · for 1m00s · → aos job list --held',
    );
  });

  it('keep their row on every screen from 60×16 on, and what to type from 80 columns on', () => {
    for (const [columns, rows] of [
      [60, 16],
      [80, 24],
      [120, 35],
      [170, 50],
    ] as const) {
      const {row, lines} = drawn({count: 9_999, dueJob: 123_456}, {columns, rows});
      expect(row).toMatch(/9999 answers · .*ends in 1h29m/);
      if (columns >= 80) expect(row).toContain(' → aos job list --held');
      expect(Math.max(...lines.map(lineCells))).toBeLessThanOrEqual(columns);
    }
  });

  it('are a state of their jobs, no retry, and the problem names the job', () => {
    const {rowOf} = drawn({}, {columns: 120});
    expect(rowOf(/0008/)).toMatch(/! WARN {2}held +\S+ +\S+ the two differ/);
    expect(rowOf(/^✗ FAIL/)).toContain(
      "ANSWER HELD for 0s: the answer to job #8 is held (ANSWER_HELD) → aos job show '#8'",
    );
    expect(rowOf(/being retried/)).toBeUndefined();
    const released = drawn({}, {columns: 120, last: [{type: 'job_released', job: job(8)}]});
    expect(released.rowOf(/0008/)).toMatch(/… WAIT {2}answered/);
  });
});
