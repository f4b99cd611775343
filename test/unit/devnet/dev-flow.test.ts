import {describe, expect, it} from 'vitest';
import {devFlowNamed} from '../../../src/devnet/chain/contract-sets.ts';

describe('the registry of a devnet', () => {
  it('is the one of the AOS network, or a named one', () => {
    expect(devFlowNamed(null)).toBe('bls');
    expect(devFlowNamed('operator-sets')).toBe('operator-sets');
  });

  it.each(['nope', '', 'toString', 'BLS'])('is none of the name %j', (name) => {
    expect(() => devFlowNamed(name)).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
  });
});
