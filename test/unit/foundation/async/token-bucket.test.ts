import {describe, expect, it} from 'vitest';
import {createBucket} from '../../../../src/lib/foundation/async/token-bucket.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

describe('createBucket', () => {
  it('says yes so often a second, and again as time goes by', async () => {
    const time = virtualTime();
    const may = createBucket(2, time);
    expect([may(), may(), may()]).toEqual([true, true, false]);
    await time.advance(500);
    expect([may(), may()]).toEqual([true, false]);
    await time.advance(10_000);
    expect([may(), may(), may()]).toEqual([true, true, false]);
  });
});
