import {describe, expect, it} from 'vitest';
import {listStyle} from '../../../support/list-style.ts';
import {nextLines} from '../../../../src/lib/cli/check-list.ts';
import type {Mode} from '../../../../src/lib/features/register/act.ts';
import {step, type Outcome} from '../../../../src/lib/features/register/report.ts';
import {nextOf, nextOfCheck} from '../../../../src/lib/features/register/what-next.ts';

const after = (
  outcomes: readonly Outcome[],
  mode: Mode = 'apply',
  lock: 'free' | 'held' | 'unknown' = 'free',
) =>
  nextOf({steps: outcomes.map((outcome) => step('avs', outcome, 'x'))}, mode, {lock})?.run?.command ?? null;

describe('what comes after aos register', () => {
  it.each([
    [['already', 'done'], 'apply', 'free', 'run'],
    [['already', 'already'], 'apply', 'held', 'status'],
    [['already'], 'apply', 'unknown', 'status'],
    [['already'], 'dry-run', 'free', 'run'],
    [['already', 'planned'], 'dry-run', 'free', 'register'],
    [['planned'], 'calldata', 'held', 'register'],
    // Their own next step says it.
    [['done', 'pending'], 'apply', 'free', null],
    [['done', 'failed'], 'apply', 'free', null],
    [['already', 'declined'], 'apply', 'free', null],
    [['missing'], 'dry-run', 'free', null],
  ] as const)('%j by %s, the journal %s: %s', (outcomes, mode, lock, command) => {
    expect(after(outcomes, mode, lock)).toBe(command);
  });

  it('follows a check only where nothing is missing', () => {
    const of = (state: Parameters<typeof nextOfCheck>[0]) => nextOfCheck(state, {lock: 'free'})?.run?.command;
    expect([of('ready'), of('registered'), of('fail'), of('pending'), of('unknown')]).toEqual([
      'register',
      'run',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is the last line, and in one piece where that is narrow', () => {
    const planned = nextOf({steps: [step('avs', 'planned', 'x')]}, 'dry-run', {lock: 'free'});
    const done = nextOf({steps: [step('avs', 'done', 'x')]}, 'apply', {lock: 'free'});
    if (planned === null || done === null) throw new Error('there is a next step');
    for (const ascii of [true, false])
      expect(nextLines(done, listStyle({ascii, width: 20}))).toEqual(['Next: aos run']);
    expect(nextLines(planned, listStyle({width: 60}))).toEqual([
      'Next: Nothing was signed or sent. To do it, give the same',
      '  flags without --dry-run to:',
      '  aos register',
    ]);
  });
});
