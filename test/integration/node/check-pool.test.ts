import {expect, it} from 'vitest';
import {checkBatch} from '../../../src/lib/node/receipts/check-batch.ts';
import {createCheckPool} from '../../../src/lib/node/receipts/check-pool.ts';
import {createCheck} from '../../../src/lib/protocol/receipt/check/check.ts';
import {loadVrf} from '../../../src/lib/protocol/vrf/ecvrf.ts';
import {PARTIES, receiptFor} from '../../support/receipts.ts';

const vrf = await loadVrf();
const batch = {
  jobs: [{evidence: {...receiptFor(vrf), content: null}, parties: PARTIES}],
  readings: [],
};

/** A thread that ends when it gets its `n`th batch, and answers none. */
const dying = (n: number, how: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import {parentPort} from 'node:worker_threads'; let n = 0; parentPort.on('message', () => { n += 1; if (n === ${n}) ${how}; }); parentPort.postMessage('ready');`,
    )}`,
  );

it.each([
  ['exits', dying(2, 'process.exit(1)')],
  ['throws', dying(1, 'throw new Error("boom")')],
  ['does not load', new URL('data:text/javascript,throw new Error("no")')],
])('checks itself what a thread that %s had not checked, and what comes after', async (_, threadUrl) => {
  const pool = createCheckPool({threadUrl, threads: 2, inline: createCheck(vrf)});
  const expected = checkBatch(createCheck(vrf), batch);
  try {
    const first = await Promise.all([1, 2, 3, 4, 5].map(() => pool.check(batch)));
    expect(first).toEqual(first.map(() => expected));
    await pool.room();
    expect(await pool.check(batch)).toEqual(expected);
  } finally {
    await pool.close();
  }
});

it('checks where there is no thread', async () => {
  const pool = createCheckPool({threadUrl: null, threads: 2, inline: createCheck(vrf)});
  expect(await pool.check(batch)).toEqual(checkBatch(createCheck(vrf), batch));
  await pool.close();
});
