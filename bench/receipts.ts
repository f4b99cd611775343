import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {createCheckPool} from '../src/lib/node/receipts/check-pool.ts';
import {createCheck} from '../src/lib/protocol/receipt/check/check.ts';
import type {Receipt} from '../src/lib/protocol/receipt/receipt.ts';
import {loadVrf, type Vrf} from '../src/lib/protocol/vrf/ecvrf.ts';
import {parseEnvelope, verifyEnvelope, type Envelope} from '../src/lib/protocol/wire/envelope.ts';
import {fromHex} from '../src/lib/protocol/wire/ethereum.ts';
import {PARTIES, receiptFor} from '../test/support/receipts.ts';
import {median, type Row} from './figures.ts';

const THREADS = 2;
/** Together 10,000; each round has its own primitives beside it, so that other work on the machine meets both. */
const ROUNDS = 10;
const A_ROUND = 1_000;
const AT_ONCE = 16;

/**
 * Checks opml receipts on two threads, as `aos job verify --all` does, against half the time of their primitives on one: the
 * signatures of dispatcher and operator, and the VRF proof.
 */
export async function benchReceipts(root: string): Promise<Row[]> {
  const vrf = await loadVrf();
  const receipts = Array.from({length: A_ROUND}, (_, n) => receiptFor(vrf, {jobId: `job-${n}`}));
  const pool = createCheckPool({
    threadUrl: pathToFileURL(path.join(root, 'dist', 'receipt-thread.js')),
    threads: THREADS,
    inline: createCheck(vrf),
  });
  try {
    await checkAll(pool, receipts);
    const needed = receipts.map(neededFor);
    primitives(vrf, needed);
    const ratios: number[] = [];
    let checkedMs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = performance.now();
      await checkAll(pool, receipts);
      const between = performance.now();
      primitives(vrf, needed);
      const after = performance.now();
      checkedMs += between - before;
      ratios.push((between - before) / ((after - between) / THREADS));
    }
    const count = (ROUNDS * A_ROUND).toLocaleString('en-US');
    return [
      {
        part: `receipts (${count}, two threads)`,
        what: 'time, against half that of their primitives',
        figure: median(ratios),
        unit: '×',
        target: {atMost: 1.5},
        note: `${(checkedMs / 1000).toFixed(1)} s in all`,
      },
    ];
  } finally {
    await pool.close();
  }
}

async function checkAll(
  pool: ReturnType<typeof createCheckPool>,
  receipts: readonly Receipt[],
): Promise<void> {
  const under: Promise<void>[] = [];
  for (let from = 0; from < receipts.length; from += AT_ONCE) {
    const jobs = receipts
      .slice(from, from + AT_ONCE)
      .map((receipt) => ({evidence: {...receipt, content: null}, parties: PARTIES}));
    await pool.room();
    under.push(
      pool.check({jobs, readings: []}).then((checked) => {
        const isBad = checked.jobs.some(({links}) => links.some(({verdict}) => verdict === 'broken'));
        if (isBad) throw new Error('a receipt of the bench does not verify');
      }),
    );
  }
  await Promise.all(under);
}

/** What the primitives of a receipt are fed with, read before they are timed. */
type Needed = {signed: readonly Envelope[]; key: Uint8Array; alpha: Uint8Array; proof: Uint8Array};

function neededFor({frame, result, vrf}: Receipt): Needed {
  const key = fromHex(vrf.vrf_verify_pubkey);
  const proof = fromHex(vrf.vrf_proof);
  if (frame === null || key === null || proof === null)
    throw new Error('a receipt of the bench is not whole');
  const signed = [parseEnvelope(frame.bytes), parseEnvelope(result)];
  return {signed, key, alpha: Buffer.from(vrf.vrf_prompt_hash), proof};
}

function primitives(vrf: Pick<Vrf, 'verify'>, needed: readonly Needed[]): void {
  for (const {signed, key, alpha, proof} of needed) {
    for (const envelope of signed)
      if (verifyEnvelope(envelope).state !== 'signed')
        throw new Error('a receipt of the bench is not signed');
    if (vrf.verify(key, alpha, proof) === null) throw new Error('a receipt of the bench is not proven');
  }
}
