import {expect, it} from 'vitest';
import {checkedOf} from '../../../../src/lib/node/journal/checks.ts';

const ROW = {
  ...{state: 'held', at: 1_000, judged_at: 2_000, code: null, message: null, then_do: 'wait'},
  results: '[{"check":"proof","verdict":"held","code":null,"message":"no","facts":{}}]',
};

it('reads what the checks said of an answer', () => {
  expect(checkedOf(ROW)).toMatchObject({state: 'held', then: 'wait', results: [{check: 'proof'}]});
});

it.each(['', '[', 'null', '{}', '[null]', '[{"check":"proof"}]', '\0'])(
  'a journal whose results were changed to %j cannot be read, and says so',
  (results) => {
    expect(() => checkedOf({...ROW, results})).toThrow(expect.objectContaining({code: 'JOURNAL_UNREADABLE'}));
  },
);
