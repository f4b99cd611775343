import {describe, expect, it} from 'vitest';
import {FAULTS, faultsOf, kindsOfFault} from '../../../src/devnet/faults.ts';

describe('named faults', () => {
  it('each say what they do, and do something', () => {
    for (const [name, fault] of Object.entries(FAULTS)) {
      expect(fault.means, name).not.toBe('');
      const {means: _, ofPublished: __, ...does} = fault;
      expect(Object.keys(does), name).not.toEqual([]);
    }
  });

  it('come together, the later one first', () => {
    const faults = faultsOf([
      'dispatcher-silent',
      'dispatcher-mute',
      'signer-slow',
      'range-slots',
      'worker-locked',
    ]);
    expect(faults.worker).toEqual({locked: true});
    expect(faults.dispatcher?.connect?.({operator: 'x', n: 1})).toBe('ignore');
    expect(faults.dispatcher?.result?.({jobId: 'j', operator: 'x', n: 1})).toBe('mute');
    expect([faults.signer?.backendMs, faults.slots]).toEqual([3_000, true]);
    expect(
      faultsOf(['dispatcher-mute', 'dispatcher-drops']).dispatcher?.result?.({
        jobId: 'j',
        operator: 'x',
        n: 5,
      }),
    ).toBe('close');
  });

  it('are none by themselves', () => {
    expect(faultsOf([])).toEqual({dispatcher: {}, signer: {}, worker: {}, tee: {}, zkml: {}});
  });

  it.each([
    ['worker-locked', ['opml']],
    ['worker-silent', ['opml', 'tee', 'zkml']],
    ['worker-enclave-gone', ['tee']],
    ['worker-no-srs', ['zkml']],
    ['signer-slow', []],
  ])('%s is one of workers of the kinds %j', (name, kinds) => {
    expect(kindsOfFault(name)).toEqual(kinds);
  });

  it('of several kinds concern each of them', () => {
    const {worker, tee, zkml} = faultsOf(['worker-silent', 'worker-busy503']);
    expect(worker).toEqual({never: true, busy: 503});
    expect([tee, zkml]).toEqual([
      {never: true, busy: true},
      {never: true, busy: true},
    ]);
  });
});
