import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {whileReadable} from '../../../../src/lib/node/operator/while-readable.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

describe('work that reads the journal', () => {
  it('does not end by a read that fails: that is a problem until one works; anything else is thrown', () => {
    const events: OperatorEventBody[] = [];
    const health = createHealth((event) => events.push(event), virtualTime());
    let error: Error | null = new AosError('JOURNAL_UNREADABLE', 'disk I/O error');
    const look = whileReadable(health, 'work', () => {
      if (error !== null) throw error;
    });
    look();
    look();
    error = null;
    look();
    expect(events.map(({type}) => type)).toEqual(['problem', 'recovered']);
    error = new TypeError('ours');
    expect(look).toThrow('ours');
  });
});
