import {expect, it} from 'vitest';
import {loadVrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {tryChanges} from '../support/receipt-changes.ts';

it('accepts none of a thousand changed receipts of each kind with another content', async () => {
  const vrf = await loadVrf();
  const stories = [{}, {isSigned: false}, {kind: 'tee'}, {kind: 'zkml', answer: 'true'}] as const;
  for (const [seed, story] of stories.entries()) {
    const {wrong, refused, broken, unchanged} = tryChanges(vrf, {count: 1_000, seed: 100 + seed, story});
    expect(wrong).toEqual([]);
    expect(refused + broken).toBeGreaterThan(unchanged);
  }
}, 120_000);
