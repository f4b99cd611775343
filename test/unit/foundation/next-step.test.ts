import {describe, expect, it} from 'vitest';
import {CODES} from '../../../src/lib/foundation/errors/table.ts';
import {REVERT_REASONS} from '../../../src/lib/peers/chain/revert-reasons.ts';

describe('a next step of the tables', () => {
  it.each([
    ...Object.entries(CODES).map(([code, {next}]) => [code, next] as const),
    ...REVERT_REASONS.map(({id, next}) => [id, next] as const),
  ])('%s names a command as a value, never in its words', (_code, next) => {
    expect(next.say).not.toMatch(/\baos /);
    expect(next.say === '' && next.run === undefined).toBe(false);
  });
});
