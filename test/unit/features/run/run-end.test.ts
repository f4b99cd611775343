import {expect, it} from 'vitest';
import {heldAtEnd} from '../../../../src/lib/features/run/run-end.ts';

const next = (): string => 'the step';
const held = {held: 2, heldJob: 1};

it.each([
  ['jobs', 'Without --jobs the run continues, and `aos job release`'],
  ['SIGINT', 'While the run lasts, `aos job release`'],
] as const)('says of a devnet that ended by %s when an answer could have been released', (reason, said) => {
  expect(heldAtEnd({...held, reason}, true, next)).toContain(
    `2 answers are held, and ended with the devnet. ${said}`,
  );
});

it('names the next step where the journal stays, and says nothing where nothing is held', () => {
  expect(heldAtEnd({...held, reason: 'SIGINT'}, false, next)).toMatch(
    /the next start delivers .* → the step$/,
  );
  expect(heldAtEnd({...held, held: 0, reason: 'SIGINT'}, false, next)).toBeNull();
  expect(heldAtEnd({...held, reason: 'fatal'}, true, next)).toBeNull();
});
