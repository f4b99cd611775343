import {describe, expect, it} from 'vitest';
import {readFailure} from '../../../../src/lib/node/journal/failure.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

describe('readFailure', () => {
  // Nothing is damaged then, and a journal that is moved away takes its jobs with it.
  it('asks for space when the disk is full, never for the journal to be moved away', () => {
    const full = Object.assign(new Error('database or disk is full'), {errcode: 13});
    expect(readFailure(full, '/var/lib/aos/journal.db')).toMatchObject({
      code: 'JOURNAL_UNREADABLE',
      next: say('Free disk space; the journal itself is not damaged.'),
    });
  });

  it('says the same when it is the system that has no room', () => {
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const full = Object.assign(new Error(`${code}: no space`), {code});
      expect(readFailure(full, '/var/lib/aos/journal.db').next.say).toContain('Free disk space');
    }
  });

  it('says what a damaged journal leaves to do', () => {
    const torn = Object.assign(new Error('file is not a database'), {errcode: 26});
    expect(readFailure(torn, '/var/lib/aos/journal.db').next.say).toContain('can be moved away');
  });
});
